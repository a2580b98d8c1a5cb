use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 10)]
    port: u16,
}

fn main() {
    Settings::schema();
}
