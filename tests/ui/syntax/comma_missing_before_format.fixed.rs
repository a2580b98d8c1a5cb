use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
