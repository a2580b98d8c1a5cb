use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    database_url: SecretString,
    #[secret(required, format = any)]
    db_pass: SecretString,
}

fn main() {
    Settings::schema();
}
