use config_core::Secrets;

type Text = String;

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    private_key: Text,
}

fn main() {
    Settings::schema();
}
