#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, parse = read)]
    port: u16,
}

fn read(_: &str) -> Result<u16, String> {
    Ok(1)
}

fn main() {
    Settings::schema();
}
