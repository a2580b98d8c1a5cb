use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
