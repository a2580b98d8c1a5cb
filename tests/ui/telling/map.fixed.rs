use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    credentials: std::collections::HashMap<String, SecretString>,
}

fn main() {
    Settings::schema();
}
