use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, file = "port")]
    port: u16,
}

fn main() {
    Settings::schema();
}
