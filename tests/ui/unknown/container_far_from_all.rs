use config_core::Secrets;

#[derive(Secrets)]
#[secrets(colour = "red")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
