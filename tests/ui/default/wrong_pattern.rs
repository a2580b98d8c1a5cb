use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(default = "us-east-1", format = "eu-*")]
    region: String,
}

fn main() {
    Settings::schema();
}
