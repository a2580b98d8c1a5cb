use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = SHORT..)]
    name: String,
}

fn main() {
    Settings::schema();
}
