use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("secrets.json"), dir))]
struct Settings {
    #[secret(required, format = any, sources(dir))]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
