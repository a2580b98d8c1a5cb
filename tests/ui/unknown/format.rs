use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = anthropc)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
