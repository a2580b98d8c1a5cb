use config_core::{SecretString, Secrets};

#[derive(Secrets, serde::Serialize)]
struct Settings {
    #[setting(required)]
    port: u16,
    #[nested]
    api: Api,
}

#[derive(Secrets)]
struct Api {
    #[secret(required, format = any)]
    key: SecretString,
}

impl serde::Serialize for Api {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

fn main() {
    Settings::schema();
}
