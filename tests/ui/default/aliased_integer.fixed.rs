use config_core::Secrets;

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 7000)]
    port: Port,
}

fn main() {
    Settings::schema();
}
