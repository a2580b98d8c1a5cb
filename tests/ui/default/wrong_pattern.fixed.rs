use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "eu-west-1", format = "eu-*")]
    region: String,
}

fn main() {
    Settings::schema();
}
