use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, env = "URL")]
    a: String,
    #[setting(required, env = ["B", "URL"])]
    b: String,
}

fn main() {
    Settings::schema();
}
