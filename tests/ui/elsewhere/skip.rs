use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[setting(skip)]
    requests: u64,
}

fn main() {
    Settings::schema();
}
