use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: Box<str>,
}

fn main() {
    Settings::schema();
}
