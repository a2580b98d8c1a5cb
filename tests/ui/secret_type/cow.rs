use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[secret(required, format = any)]
    key: std::borrow::Cow<'static, str>,
}

fn main() {
    Settings::schema();
}
