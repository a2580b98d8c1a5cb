use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 30)]
    timeout: std::time::Duration,
}

fn main() {
    Settings::schema();
}
