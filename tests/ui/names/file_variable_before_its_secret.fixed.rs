use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required, env = "A_FILE")]
    a: String,
    #[secret(required, format = any)]
    b: SecretString,
}

fn main() {
    Settings::schema();
}
