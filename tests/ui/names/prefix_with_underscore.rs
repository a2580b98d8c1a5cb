use config_core::Secrets;

#[derive(Secrets)]
#[secrets(prefix = "APP_")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
