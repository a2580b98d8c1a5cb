use config_core::Secrets;

struct Level;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    level: Level,
}

fn main() {
    Settings::schema();
}
