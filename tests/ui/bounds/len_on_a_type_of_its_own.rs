use config_core::Secrets;

#[derive(serde::Deserialize)]
struct Hosts(Vec<String>);

#[derive(Secrets)]
struct Settings {
    #[setting(required, len = 1..=3)]
    hosts: Hosts,
}

fn main() {
    Settings::schema();
}
