use config_core::Secrets;

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..=10)]
    port: Port,
}

fn main() {
    Settings::schema();
}
