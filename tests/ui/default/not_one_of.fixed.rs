use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "b", one_of("a", "b"))]
    mode: String,
}

fn main() {
    Settings::schema();
}
