use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    /// Port that the server listens on.
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
