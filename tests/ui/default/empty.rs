use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "")]
    name: String,
}

fn main() {
    Settings::schema();
}
