use config_core::Secrets;

type Name = String;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=10)]
    name: Name,
}

fn main() {
    Settings::schema();
}
