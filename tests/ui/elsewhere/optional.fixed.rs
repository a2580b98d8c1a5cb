use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting]
    port: Option<u16>,
}

fn main() {
    Settings::schema();
}
