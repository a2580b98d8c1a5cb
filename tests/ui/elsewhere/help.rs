use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, help = "Port that the server listens on.")]
    port: u16,
}

fn main() {
    Settings::schema();
}
