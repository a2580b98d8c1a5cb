use config_core::Secrets;

type Key = String;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: Key,
}

fn main() {
    Settings::schema();
}
