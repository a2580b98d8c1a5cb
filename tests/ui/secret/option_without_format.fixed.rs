use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(format = "sk-*")]
    key: Option<SecretString>,
}

fn main() {
    Settings::schema();
}
