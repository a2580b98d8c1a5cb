use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = )]
    port: u16,
}

fn main() {
    Settings::schema();
}
