use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(evn, dotenv))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
