use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, sources(env))]
    port: u16,
}

fn main() {
    Settings::schema();
}
