use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "a half")]
    ratio: f64,
}

fn main() {
    Settings::schema();
}
