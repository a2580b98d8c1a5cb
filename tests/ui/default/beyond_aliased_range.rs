use config_core::Secrets;

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 80, range = 1024..)]
    port: Port,
}

fn main() {
    Settings::schema();
}
