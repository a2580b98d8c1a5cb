use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    host: String,
    #[secret(compose = "{host}/a")]
    a: SecretString,
    #[secret(compose = "{a}/b")]
    b: SecretString,
}

fn main() {
    Settings::schema();
}
