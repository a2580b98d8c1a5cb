use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = pem)]
    private_key: SecretString,
}

fn main() {
    Settings::schema();
}
