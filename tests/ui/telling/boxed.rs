use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    api_key: Box<str>,
}

fn main() {
    Settings::schema();
}
