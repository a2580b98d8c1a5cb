use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(prefix = "APP", profile_env = "APP_ENV", profile(production))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
