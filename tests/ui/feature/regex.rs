use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = regex("^sk"))]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
