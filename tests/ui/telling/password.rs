use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    password: String,
}

fn main() {
    Settings::schema();
}
