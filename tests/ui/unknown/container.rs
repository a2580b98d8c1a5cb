use config_core::Secrets;

#[derive(Secrets)]
#[secrets(prefx = "APP")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
