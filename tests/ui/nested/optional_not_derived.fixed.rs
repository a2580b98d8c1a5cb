use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {}

#[derive(Secrets)]
struct Settings {
    #[nested]
    smtp: Option<Smtp>,
}

fn main() {
    Settings::schema();
}
