use config_core::{SecretString, Secrets};

#[derive(Secrets, serde::Serialize)]
struct Settings {
    #[secret(required, format = any)]
    #[serde(skip)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
