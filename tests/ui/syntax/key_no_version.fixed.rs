use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, file = "a@3#c")]
    port: u16,
}

fn main() {
    Settings::schema();
}
