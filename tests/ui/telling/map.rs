use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    credentials: std::collections::HashMap<String, String>,
}

fn main() {
    Settings::schema();
}
