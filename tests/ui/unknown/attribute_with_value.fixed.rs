use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = "sk-*")]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
