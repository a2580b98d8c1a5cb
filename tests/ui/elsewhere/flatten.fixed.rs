use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[nested(flatten)]
    smtp: Smtp,
}

fn main() {
    Settings::schema();
}
