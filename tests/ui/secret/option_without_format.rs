use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[secret]
    key: Option<SecretString>,
}

fn main() {
    Settings::schema();
}
