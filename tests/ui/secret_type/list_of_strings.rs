use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    keys: Vec<String>,
}

fn main() {
    Settings::schema();
}
