use config_core::{SecretString, Secrets};

type Key = SecretString;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: Key,
}

fn main() {
    Settings::schema();
}
