use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "1m", one_of("1m", "5m"))]
    pause: std::time::Duration,
}

fn main() {
    Settings::schema();
}
