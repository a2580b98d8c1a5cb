use config_core::Secrets;

type Port = Option<u16>;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: Port,
}

fn main() {
    Settings::schema();
}
