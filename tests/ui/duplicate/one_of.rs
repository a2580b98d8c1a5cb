use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, one_of("a", "b", "a"))]
    mode: String,
}

fn main() {
    Settings::schema();
}
