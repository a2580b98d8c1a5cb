use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, file = "a.b")]
    port: u16,
}

fn main() {
    Settings::schema();
}
