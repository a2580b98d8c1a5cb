use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = ["a", "a"])]
    names: Vec<String>,
}

fn main() {
    Settings::schema();
}
