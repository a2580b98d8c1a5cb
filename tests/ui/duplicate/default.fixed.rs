use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 2)]
    port: u16,
}

fn main() {
    Settings::schema();
}
