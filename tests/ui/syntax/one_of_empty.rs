use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, one_of())]
    mode: String,
}

fn main() {
    Settings::schema();
}
