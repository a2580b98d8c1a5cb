use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(profile(production, sources(env, dir)))]
struct Settings {
    #[secret(required, format = any, sources(dotenv, env))]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
