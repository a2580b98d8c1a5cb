use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "eighty")]
    port: u16,
}

fn main() {
    Settings::schema();
}
