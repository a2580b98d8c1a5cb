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
    #[setting]
    smtp: Smtp,
    #[setting(required)]
    relay: Relay,
    #[setting]
    backup: Option<Smtp>,
    #[setting(required)]
    pool: Pool,
}

type Relay = Smtp;

fn main() {
    Settings::schema();
}
