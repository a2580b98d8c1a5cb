use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[secret(required, format = any)]
    key: SecretString,
    #[setting(required, public)]
    password: String,
    #[setting(required, sources(env))]
    name: String,
    #[setting(default = "90s")]
    pause: std::time::Duration,
}

fn main() {
    Settings::schema();
}
