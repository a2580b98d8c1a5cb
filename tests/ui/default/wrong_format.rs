use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "example.com", format = url)]
    endpoint: String,
}

fn main() {
    Settings::schema();
}
