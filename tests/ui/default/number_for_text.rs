use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 80)]
    name: String,
}

fn main() {
    Settings::schema();
}
