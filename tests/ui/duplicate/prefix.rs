use config_core::Secrets;

#[derive(Secrets)]
#[secrets(prefix = "A", prefix = "B")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
