use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=65535)]
    port: u16,
}

fn main() {
    Settings::schema();
}
