use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    port: u16,
}

fn main() {
    Settings::schema();
}
