use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, env = "MY_PORT")]
    port: u16,
}

fn main() {
    Settings::schema();
}
