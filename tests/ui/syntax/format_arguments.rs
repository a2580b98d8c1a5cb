use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = uuid(4))]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
