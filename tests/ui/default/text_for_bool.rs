use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "maybe")]
    verbose: bool,
}

fn main() {
    Settings::schema();
}
