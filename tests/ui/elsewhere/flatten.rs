use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[setting(flatten)]
    smtp: Smtp,
}

fn main() {
    Settings::schema();
}
