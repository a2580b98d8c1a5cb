use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting]
    host: Option<String>,
    #[secret(compose = "https://{host}/")]
    url: SecretString,
}

fn main() {
    Settings::schema();
}
