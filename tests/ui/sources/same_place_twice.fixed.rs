use config_core::Secrets;

#[derive(Secrets)]
#[secrets(sources(file("a.json"), file("b.json")))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
