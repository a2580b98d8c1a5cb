use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Files {
    #[setting(required, env = "TLS_KEY_PATH")]
    key_file: String,
}

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    tls_key: SecretString,
    #[nested]
    tls: Files,
}

fn main() {
    Settings::schema();
}
