use config_core::Secrets;

#[derive(serde::Deserialize)]
struct Level;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    level: Level,
}

fn main() {
    Settings::schema();
}
