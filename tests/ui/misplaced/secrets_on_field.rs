use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secrets(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
