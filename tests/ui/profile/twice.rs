use config_core::Secrets;

#[derive(Secrets)]
#[secrets(profile(production), profile(production, sources(env)))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
