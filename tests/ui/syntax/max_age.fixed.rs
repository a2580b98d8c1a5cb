use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, max_age = "90d")]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
