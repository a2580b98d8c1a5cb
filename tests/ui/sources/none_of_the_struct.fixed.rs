use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, file@main("a.json"), dir))]
struct Settings {
    #[secret(required, format = any, sources(dir, dotenv))]
    key: SecretString,
    #[setting(required, sources(dir, env))]
    host: String,
    #[nested]
    smtp: Smtp,
}

#[derive(Secrets)]
struct Smtp {
    #[secret(required, format = any, sources(dir))]
    password: SecretString,
}

fn main() {
    Settings::schema();
}
