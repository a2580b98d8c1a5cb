use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[nested(prefix = "MAIL")]
    smtp: Smtp,
}

fn main() {
    Settings::schema();
}
