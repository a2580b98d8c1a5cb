use config_core::{SecretString, Secrets};

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    keys: Vec<SecretString>,
}

fn main() {
    Settings::schema();
}
