use config_core::Secrets;

#[derive(Secrets)]
struct Smtp {}

#[derive(Secrets)]
struct Settings {
    #[nested]
    smtp: Smtp,
}

fn main() {
    Settings::schema();
}
