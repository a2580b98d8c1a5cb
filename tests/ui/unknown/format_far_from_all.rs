use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = shoesize)]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
