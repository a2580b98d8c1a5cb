use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    host: String,
    #[secret(compose = "https://{hots}/")]
    url: SecretString,
}

fn main() {
    Settings::schema();
}
