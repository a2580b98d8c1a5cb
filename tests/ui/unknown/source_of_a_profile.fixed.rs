use config_core::Secrets;

#[derive(Secrets)]
#[secrets(profile(production, sources(env, file("a.json"))))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
