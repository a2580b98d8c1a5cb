use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, default = "sk-1", format = any)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
