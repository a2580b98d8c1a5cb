use config_core::Secrets;

#[derive(Secrets)]
#[secrets(prefix = "MY_APP")]
struct Settings {
    #[setting(required)]
    port: u16,
}

fn main() {
    Settings::schema();
}
