use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, formt = "sk-*")]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
