use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = true)]
    port: u16,
}

fn main() {
    Settings::schema();
}
