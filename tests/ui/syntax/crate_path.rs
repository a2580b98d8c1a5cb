use config_core::Secrets;

#[derive(Secrets)]
#[secrets(crate = "not a path")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
