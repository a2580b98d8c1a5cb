use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
}

struct Server {
    settings: Settings,
    requests: u64,
}

fn main() {
    Settings::schema();
}
