use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 1..=10)]
    name: String,
}

fn main() {
    Settings::schema();
}
