use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(default = "sk-1", format = any)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
