use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, dotenv = "PORT")]
    port: u16,
}

fn main() {
    Settings::schema();
}
