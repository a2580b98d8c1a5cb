use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, vault("secret/app")))]
struct Settings {
    #[secret(required, format = any, vault = "secret/db@1@2#token")]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
