use config_core::Secrets;

type Port = Option<u16>;

#[derive(Secrets)]
struct Settings {
    #[setting]
    port: Port,
}

fn main() {
    Settings::schema();
}
