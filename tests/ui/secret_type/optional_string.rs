use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(format = any)]
    key: Option<String>,
}

fn main() {
    Settings::schema();
}
