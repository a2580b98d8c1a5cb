use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, sources(dotnev, env))]
    port: u16,
}

fn main() {
    Settings::schema();
}
