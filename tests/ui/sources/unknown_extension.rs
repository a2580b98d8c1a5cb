use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(file("settings.ini")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
