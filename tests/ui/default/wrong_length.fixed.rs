use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "abc", len = 3..)]
    name: String,
}

fn main() {
    Settings::schema();
}
