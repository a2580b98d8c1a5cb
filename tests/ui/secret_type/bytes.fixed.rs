use config_core::{SecretBytes, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: SecretBytes,
}

fn main() {
    Settings::schema();
}
