use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "30s")]
    timeout: std::time::Duration,
}

fn main() {
    Settings::schema();
}
