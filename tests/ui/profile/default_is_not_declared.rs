use config_core::Secrets;

#[derive(Secrets)]
#[secrets(default_profile = prodution, profile(production))]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
