use config_core::Secrets;

#[derive(Secrets)]
struct Net {
    #[setting(required, env = "NET_PORT")]
    port: u16,
}

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[nested(flatten)]
    net: Net,
}

fn main() {
    Settings::schema();
}
