use config_core::Secrets;

#[derive(Secrets)]
#[secrets(profile(production, sources(file("settings.yml"))))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
