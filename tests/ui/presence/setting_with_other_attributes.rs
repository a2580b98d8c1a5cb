use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(range = 1..=10)]
    workers: u16,
}

fn main() {
    Settings::schema();
}
