use config_core::{SecretString, Secrets};

type Key = Option<SecretString>;

#[derive(Secrets)]
struct Settings {
    #[secret(format = any)]
    key: Key,
}

fn main() {
    Settings::schema();
}
