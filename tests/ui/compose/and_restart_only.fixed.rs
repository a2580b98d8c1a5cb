use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required, restart_only)]
    host: String,
    #[secret(compose = "https://{host}/")]
    url: SecretString,
}

fn main() {
    Settings::schema();
}
