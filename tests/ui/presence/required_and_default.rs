use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, default = 8080)]
    port: u16,
}

fn main() {
    Settings::schema();
}
