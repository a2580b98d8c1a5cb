use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: SecretString,
    #[setting(required, env = "PATH_OF_KEY")]
    key_file: String,
}

fn main() {
    Settings::schema();
}
