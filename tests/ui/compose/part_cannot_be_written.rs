use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    hosts: Vec<String>,
    #[secret(compose = "https://{hosts}/")]
    url: SecretString,
}

fn main() {
    Settings::schema();
}
