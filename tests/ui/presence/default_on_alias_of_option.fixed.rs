use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting]
    name: Option<String>,
}

fn main() {
    Settings::schema();
}
