#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
union Settings {
    a: u16,
}

fn main() {
    Settings::schema();
}
