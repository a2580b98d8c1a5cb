use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    host: String,
    #[secret(compose = "https://{host}/", restart_only)]
    url: SecretString,
}

fn main() {
    Settings::schema();
}
