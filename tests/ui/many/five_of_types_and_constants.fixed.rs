use config_core::{SecretString, Secrets};

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 7000)]
    port: Port,
    #[secret(required, format = any)]
    key: SecretString,
    #[secret(required, format = url)]
    url: SecretString,
    #[setting(required)]
    level: Level,
    #[nested]
    smtp: Smtp,
}

#[derive(serde::Deserialize)]
struct Level;

#[derive(Secrets)]
struct Smtp {}

fn main() {
    Settings::schema();
}
