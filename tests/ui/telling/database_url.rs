use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    database_url: String,
    #[setting(required)]
    db_pass: String,
}

fn main() {
    Settings::schema();
}
