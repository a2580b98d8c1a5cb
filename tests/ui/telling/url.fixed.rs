use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, public)]
    token_url: String,
}

fn main() {
    Settings::schema();
}
