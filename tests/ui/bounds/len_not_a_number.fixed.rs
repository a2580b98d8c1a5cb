use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 8..)]
    name: String,
}

fn main() {
    Settings::schema();
}
