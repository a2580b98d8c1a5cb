use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
