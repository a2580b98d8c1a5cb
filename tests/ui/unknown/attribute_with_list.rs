use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, oneof("a", "b"))]
    mode: String,
}

fn main() {
    Settings::schema();
}
