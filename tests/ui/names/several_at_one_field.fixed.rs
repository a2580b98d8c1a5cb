use config_core::Secrets;

#[derive(Secrets)]
struct Net {
    #[setting(required)]
    port: u16,
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    net_port: u16,
    #[setting(required)]
    net_host: String,
    #[nested(prefix = "NETWORK")]
    net: Net,
}

fn main() {
    Settings::schema();
}
