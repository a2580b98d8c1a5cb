use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, max_age = "90d")]
    port: u16,
}

fn main() {
    Settings::schema();
}
