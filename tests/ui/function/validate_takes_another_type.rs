#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, validate = check)]
    port: u16,
}

fn check(_: &u32) -> Result<(), String> {
    Ok(())
}

fn main() {
    Settings::schema();
}
