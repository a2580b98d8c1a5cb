use config_core::Secrets;

#[derive(Secrets)]
struct Database {
    #[setting(required)]
    host: String,
}

#[derive(Secrets)]
struct Settings {
    #[nested(rename = "DB")]
    database: Database,
}

fn main() {
    Settings::schema();
}
