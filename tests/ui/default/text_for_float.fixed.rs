use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "0.5")]
    ratio: f64,
}

fn main() {
    Settings::schema();
}
