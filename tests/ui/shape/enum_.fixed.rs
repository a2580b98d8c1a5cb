#![allow(dead_code)]
use config_core::Secrets;

#[derive(serde::Deserialize)]
enum Mode {
    A,
    B,
}

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    mode: Mode,
}

fn main() {
    Settings::schema();
}
