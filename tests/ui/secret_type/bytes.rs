use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: Vec<u8>,
}

fn main() {
    Settings::schema();
}
