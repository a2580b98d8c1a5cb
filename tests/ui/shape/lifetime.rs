use config_core::Secrets;

#[derive(Secrets)]
struct Settings<'a> {
    #[setting(required)]
    name: &'a str,
}

fn main() {
    Settings::schema();
}
