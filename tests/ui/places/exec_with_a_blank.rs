use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, exec))]
struct Settings {
    #[secret(required, format = any, exec = " print-token")]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
