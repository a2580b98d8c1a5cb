use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
}

#[derive(Secrets, serde::Deserialize)]
struct Pool {
    #[setting(required)]
    size: u16,
}

#[derive(Secrets)]
struct Settings {
    #[nested]
    smtp: Smtp,
    #[nested]
    relay: Relay,
    #[nested]
    backup: Option<Smtp>,
    #[nested]
    pool: Pool,
}

type Relay = Smtp;

fn main() {
    Settings::schema();
}
