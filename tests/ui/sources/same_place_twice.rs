use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(file("a.json"), file("a.json")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
