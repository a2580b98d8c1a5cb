use config_core::Secrets;

type Port = u16;

#[derive(Secrets)]
struct Settings {
    #[setting(default = 8080, range = 1024..)]
    port: Port,
}

fn main() {
    Settings::schema();
}
