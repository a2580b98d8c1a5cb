use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(env, file("settings.json")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
