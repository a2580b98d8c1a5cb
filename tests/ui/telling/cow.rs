use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    db_dsn: std::borrow::Cow<'static, str>,
}

fn main() {
    Settings::schema();
}
