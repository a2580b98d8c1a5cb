use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = "sk-[a-z]")]
    key: SecretString,
}

fn main() {
    Settings::schema();
}
