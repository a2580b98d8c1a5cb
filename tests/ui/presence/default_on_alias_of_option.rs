use config_core::Secrets;

type Name = Option<String>;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "a")]
    name: Name,
}

fn main() {
    Settings::schema();
}
