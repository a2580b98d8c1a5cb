use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, env = "LISTEN_PORT")]
    port: u16,
}

fn main() {
    Settings::schema();
}
