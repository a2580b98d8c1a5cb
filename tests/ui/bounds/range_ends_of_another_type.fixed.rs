use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 0.0..=100.0)]
    ratio: f64,
}

fn main() {
    Settings::schema();
}
