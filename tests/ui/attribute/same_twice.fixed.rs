use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, restart_only)]
    port: u16,
}

fn main() {
    Settings::schema();
}
