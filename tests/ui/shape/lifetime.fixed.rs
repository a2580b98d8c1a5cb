use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    name: String,
}

fn main() {
    Settings::schema();
}
