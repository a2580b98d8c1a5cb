use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[nested(prefix = "MAIL")]
    incoming: Smtp,
    #[nested(prefix = "MAIL")]
    outgoing: Smtp,
}

fn main() {
    Settings::schema();
}
