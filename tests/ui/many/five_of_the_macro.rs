use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting]
    port: u16,
    #[secret(required)]
    key: SecretString,
    #[setting(requierd)]
    name: String,
    #[setting(default = 300)]
    workers: u8,
    host: String,
}

fn main() {
    Settings::schema();
}
