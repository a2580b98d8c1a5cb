use config_core::{SecretString, Secrets};

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 70000)]
    port: Port,
    #[secret(required, format = any)]
    key: Box<str>,
    #[secret(required, format = urll)]
    url: SecretString,
    #[setting(required, range = 1..=5)]
    level: Level,
    #[nested]
    smtp: Smtp,
}

#[derive(serde::Deserialize)]
struct Level;

struct Smtp;

fn main() {
    Settings::schema();
}
