use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 0.5, range = 0.0..=1.0)]
    ratio: f64,
}

fn main() {
    Settings::schema();
}
