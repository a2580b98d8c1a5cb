#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
#[secrets(validate = check)]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn check(_: &Settings) -> Result<(), String> {
    Ok(())
}

fn main() {
    Settings::schema();
}
