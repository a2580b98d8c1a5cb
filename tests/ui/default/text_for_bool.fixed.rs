use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "true")]
    verbose: bool,
}

fn main() {
    Settings::schema();
}
