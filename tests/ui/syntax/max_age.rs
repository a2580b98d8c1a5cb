use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, max_age = "a while")]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
