use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
