use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "90s")]
    timeout: std::time::Duration,
}

fn main() {
    Settings::schema();
}
