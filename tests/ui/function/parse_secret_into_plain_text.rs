#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any, parse = read)]
    key: String,
}

fn read(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn main() {
    Settings::schema();
}
