use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, sources(file))]
    port: u16,
}

fn main() {
    Settings::schema();
}
