use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, dir("/run/{ REGION }")))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
