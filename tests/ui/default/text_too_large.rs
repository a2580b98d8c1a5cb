use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "70_000")]
    port: u16,
}

fn main() {
    Settings::schema();
}
