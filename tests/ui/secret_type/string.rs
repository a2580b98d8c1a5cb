use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: String,
}

fn main() {
    Settings::schema();
}
