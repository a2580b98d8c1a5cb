use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    keys: Vec<SecretString>,
}

fn main() {
    Settings::schema();
}
