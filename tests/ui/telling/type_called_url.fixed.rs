#![allow(dead_code)]
use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(format = url)]
    sentry_dsn: Option<SecretString>,
}

fn main() {
    Settings::schema();
}
