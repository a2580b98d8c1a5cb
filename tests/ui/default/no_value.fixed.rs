use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 8080)]
    port: u16,
}

fn main() {
    Settings::schema();
}
