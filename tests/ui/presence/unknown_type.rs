#![allow(dead_code)]
use config_core::Secrets;

#[derive(serde::Deserialize)]
enum Level {
    Low,
    High,
}

#[derive(Secrets)]
struct Settings {
    #[setting]
    level: Level,
}

fn main() {
    Settings::schema();
}
