use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 5..2)]
    name: String,
}

fn main() {
    Settings::schema();
}
