use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, fil = "a.b")]
    port: u16,
}

fn main() {
    Settings::schema();
}
