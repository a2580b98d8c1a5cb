use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=70000)]
    port: u16,
}

fn main() {
    Settings::schema();
}
