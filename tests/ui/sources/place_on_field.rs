use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, sources(file("a.json")))]
    port: u16,
}

fn main() {
    Settings::schema();
}
