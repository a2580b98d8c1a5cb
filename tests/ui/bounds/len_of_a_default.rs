use config_core::Secrets;

type Name = String;

#[derive(Secrets)]
struct Settings {
    #[setting(default = ["localhost"], len = 2..)]
    hosts: Vec<String>,
    #[setting(default = "ä", len = 2..)]
    name: Name,
}

fn main() {
    Settings::schema();
}
