use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, keyring("my-app")))]
struct Settings {
    #[secret(required, format = any, keyring = "other-app#token")]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
