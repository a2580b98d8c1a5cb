use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    host: String,
    #[secret(required, compose = "https://{host}/")]
    url: SecretString,
}

fn main() {
    Settings::schema();
}
