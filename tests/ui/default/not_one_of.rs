use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "c", one_of("a", "b"))]
    mode: String,
}

fn main() {
    Settings::schema();
}
