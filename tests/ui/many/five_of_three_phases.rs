use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting]
    port: u16,
    #[secret(required, format = any)]
    key: String,
    #[setting(required)]
    password: String,
    #[setting(required, sources(evn))]
    name: String,
    #[setting(default = "soon")]
    pause: std::time::Duration,
}

fn main() {
    Settings::schema();
}
