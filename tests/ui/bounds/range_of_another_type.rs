use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=10)]
    pause: std::time::Duration,
}

fn main() {
    Settings::schema();
}
