use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, file = "net.port")]
    a: u16,
    #[setting(required, file = "net.port")]
    b: u16,
}

fn main() {
    Settings::schema();
}
