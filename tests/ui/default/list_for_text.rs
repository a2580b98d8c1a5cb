use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = ["a"])]
    name: String,
}

fn main() {
    Settings::schema();
}
