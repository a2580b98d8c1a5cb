use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=10)]
    name: String,
}

fn main() {
    Settings::schema();
}
