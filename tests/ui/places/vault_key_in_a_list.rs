use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, vault("secret/app#token")))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
