#![allow(dead_code)]
use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: SecretString,
}

#[derive(serde::Serialize)]
struct Shown {
    port: u16,
}

fn main() {
    Settings::schema();
}
