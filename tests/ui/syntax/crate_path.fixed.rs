use config_core::Secrets;

#[derive(Secrets)]
#[secrets(crate = "::config_core")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
