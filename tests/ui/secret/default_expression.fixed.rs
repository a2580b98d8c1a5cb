use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(format = any)]
    key: Option<SecretString>,
}

fn main() {
    Settings::schema();
}
