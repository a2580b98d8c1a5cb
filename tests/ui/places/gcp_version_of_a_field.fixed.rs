use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, gcp))]
struct Settings {
    #[secret(required, format = any, gcp = "projects/p/secrets/token@3")]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
