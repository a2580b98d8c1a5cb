use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
