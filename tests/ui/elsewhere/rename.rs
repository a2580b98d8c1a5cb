use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, rename = "LISTEN_PORT")]
    port: u16,
}

fn main() {
    Settings::schema();
}
