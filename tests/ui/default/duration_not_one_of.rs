use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "30s", one_of("1m", "soon"))]
    pause: std::time::Duration,
}

fn main() {
    Settings::schema();
}
