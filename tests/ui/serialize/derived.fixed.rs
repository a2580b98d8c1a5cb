use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[nested]
    api: Api,
}

#[derive(Secrets)]
struct Api {
    #[secret(required, format = any)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
