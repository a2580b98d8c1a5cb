use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = ["a"; 2])]
    names: Vec<String>,
}

fn main() {
    Settings::schema();
}
