use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(default = SecretString::from("a"), format = any)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
