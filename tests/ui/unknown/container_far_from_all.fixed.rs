use config_core::Secrets;

#[derive(Secrets)]
#[secrets(prefix = "APP")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
