use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, verify = try_port)]
    port: u16,
}

fn main() {
    Settings::schema();
}
