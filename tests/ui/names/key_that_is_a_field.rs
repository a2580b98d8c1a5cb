use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[setting(required, file = "port")]
    listen: u16,
}

fn main() {
    Settings::schema();
}
