use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = 5)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
