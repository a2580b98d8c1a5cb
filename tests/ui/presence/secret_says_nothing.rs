use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(format = any)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
