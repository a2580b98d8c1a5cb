use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1024..=65535)]
    port: u16,
}

fn main() {
    Settings::schema();
}
