use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    smtp_host: String,
    #[nested]
    smtp: Smtp,
}

fn main() {
    Settings::schema();
}
