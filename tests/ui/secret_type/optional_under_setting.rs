use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting]
    key: Option<SecretString>,
}

fn main() {
    Settings::schema();
}
