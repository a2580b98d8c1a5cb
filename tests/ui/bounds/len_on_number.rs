use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 1..=10)]
    port: u16,
}

fn main() {
    Settings::schema();
}
