use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 1, public restart_only)]
    port: u16,
}

fn main() {
    Settings::schema();
}
