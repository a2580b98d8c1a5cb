use config_core::Secrets;

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 1..=10)]
    port: Port,
}

fn main() {
    Settings::schema();
}
