use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    signing_secrets: Vec<String>,
}

fn main() {
    Settings::schema();
}
