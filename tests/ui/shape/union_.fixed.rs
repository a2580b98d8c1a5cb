#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    a: u16,
}

fn main() {
    Settings::schema();
}
