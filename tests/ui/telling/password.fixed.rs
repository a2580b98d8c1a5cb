use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    password: SecretString,
}

fn main() {
    Settings::schema();
}
