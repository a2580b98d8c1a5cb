use config_core::{SecretString, Secrets};

type Key = SecretString;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    key: Key,
}

fn main() {
    Settings::schema();
}
