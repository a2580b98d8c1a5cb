use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, min = 1024, max = 65535)]
    port: u16,
}

fn main() {
    Settings::schema();
}
