use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, public)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
