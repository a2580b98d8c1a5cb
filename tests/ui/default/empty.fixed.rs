use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "", allow_empty)]
    name: String,
}

fn main() {
    Settings::schema();
}
