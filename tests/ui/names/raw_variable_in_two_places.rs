use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required, env = "MAIL_HOST")]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[nested]
    incoming: Smtp,
    #[nested]
    outgoing: Smtp,
}

fn main() {
    Settings::schema();
}
