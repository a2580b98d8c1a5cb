use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = "[0-9]{2}")]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
