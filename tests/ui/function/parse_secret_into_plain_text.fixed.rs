#![allow(dead_code)]
use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, parse = read)]
    key: SecretString,
}

fn read(text: &str) -> Result<SecretString, String> {
    Ok(text.to_owned().into())
}

fn main() {
    Settings::schema();
}
