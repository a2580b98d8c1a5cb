use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, len = 8..)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
