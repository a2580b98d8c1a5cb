use config_core::Secrets;

#[derive(serde::Deserialize)]
struct Hosts(Vec<String>);

fn one_to_three(hosts: &Hosts) -> Result<(), &'static str> {
    match hosts.0.len() {
        1..=3 => Ok(()),
        _ => Err("must be one to three"),
    }
}

#[derive(Secrets)]
struct Settings {
    #[setting(required, validate = one_to_three)]
    hosts: Hosts,
}

fn main() {
    Settings::schema();
}
