use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "ab", len = 3..)]
    name: String,
}

fn main() {
    Settings::schema();
}
