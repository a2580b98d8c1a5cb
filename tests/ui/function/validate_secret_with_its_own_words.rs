#![allow(dead_code)]
use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, validate = check)]
    key: SecretString,
}

fn check(_: &SecretString) -> Result<(), String> {
    Ok(())
}

fn main() {
    Settings::schema();
}
