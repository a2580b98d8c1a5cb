use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(requierd)]
    port: u16,
}

fn main() {
    Settings::schema();
}
