use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 2..5)]
    name: String,
}

fn main() {
    Settings::schema();
}
