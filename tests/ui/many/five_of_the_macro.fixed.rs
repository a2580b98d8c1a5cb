use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[secret(required, format = any)]
    key: SecretString,
    #[setting(required)]
    name: String,
    #[setting(default = 200)]
    workers: u8,
    #[setting(required)]
    host: String,
}

fn main() {
    Settings::schema();
}
