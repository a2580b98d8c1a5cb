use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
#[secrets(prefix = "APP")]
struct Settings {
    #[nested]
    smtp: Smtp,
    #[setting(required, env = "HOST")]
    smtp_host: String,
}

fn main() {
    Settings::schema();
}
