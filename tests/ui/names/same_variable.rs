use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[setting(required, env = "PORT")]
    listen_port: u16,
}

fn main() {
    Settings::schema();
}
