use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting()]
    api_token: Option<String>,
}

fn main() {
    Settings::schema();
}
