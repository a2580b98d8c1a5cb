use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[nested]
    port: u16,
}

fn main() {
    Settings::schema();
}
