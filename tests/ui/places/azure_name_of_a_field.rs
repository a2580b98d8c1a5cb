use config_core::{SecretString, Secrets};

#[derive(Secrets)]
#[secrets(sources(env, azure))]
struct Settings {
    #[secret(required, format = any, azure = "db_url")]
    token: SecretString,
}

fn main() {
    Settings::schema();
}
