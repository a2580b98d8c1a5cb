#![allow(dead_code)]
use config_core::Secrets;

#[derive(Secrets)]
enum Settings {
    A,
    B,
}

fn main() {
    Settings::schema();
}
