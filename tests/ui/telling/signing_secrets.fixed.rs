use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    signing_secrets: Vec<SecretString>,
}

fn main() {
    Settings::schema();
}
