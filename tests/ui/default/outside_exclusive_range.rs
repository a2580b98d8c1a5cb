use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 10, range = 1..10)]
    workers: u8,
}

fn main() {
    Settings::schema();
}
