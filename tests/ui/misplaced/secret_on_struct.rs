use config_core::Secrets;

#[derive(Secrets)]
#[secret(prefix = "APP")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
