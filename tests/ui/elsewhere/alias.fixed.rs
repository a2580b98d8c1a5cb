use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, env = ["API_KEY", "API_TOKEN"])]
    api_key: SecretString,
}

fn main() {
    Settings::schema();
}
