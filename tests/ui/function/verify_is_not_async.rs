#![allow(dead_code)]
use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, verify = try_key)]
    key: SecretString,
}

fn try_key(_: &SecretString) -> Result<(), String> {
    Ok(())
}

fn main() {
    Settings::schema();
}
