use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Api {
    #[secret(required, format = any, sources(dotenv))]
    key: SecretString,
}

#[derive(Secrets)]
#[secrets(profile(production, sources(env, dir, dotenv)))]
struct Settings {
    #[nested]
    api: Api,
}

fn main() {
    Settings::schema();
}
