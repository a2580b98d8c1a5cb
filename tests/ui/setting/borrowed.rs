use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    name: &'static str,
}

fn main() {
    Settings::schema();
}
