use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = url)]
    db_dsn: SecretString,
}

fn main() {
    Settings::schema();
}
