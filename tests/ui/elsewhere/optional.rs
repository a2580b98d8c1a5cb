use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(optional)]
    port: u16,
}

fn main() {
    Settings::schema();
}
