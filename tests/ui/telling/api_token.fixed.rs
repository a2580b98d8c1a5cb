use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(format = any)]
    api_token: Option<SecretString>,
}

fn main() {
    Settings::schema();
}
