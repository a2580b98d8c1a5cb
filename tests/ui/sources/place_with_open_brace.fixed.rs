use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(dir("/etc/{profile}")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
