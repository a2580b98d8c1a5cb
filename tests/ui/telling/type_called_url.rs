#![allow(dead_code)]
use config_core::Secrets;

#[derive(serde::Deserialize)]
struct Url(String);

#[derive(Secrets)]
struct Settings {
    #[setting]
    sentry_dsn: Option<Url>,
}

fn main() {
    Settings::schema();
}
