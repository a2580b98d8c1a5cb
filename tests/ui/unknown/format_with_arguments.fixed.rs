use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = url("https"))]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
