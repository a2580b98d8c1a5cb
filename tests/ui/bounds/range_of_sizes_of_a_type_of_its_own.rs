use config_core::Secrets;

#[derive(Clone, Copy, PartialEq, PartialOrd, serde::Deserialize)]
struct Pages(u64);

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1KiB".., format = bytes)]
    cache: Pages,
}

fn main() {
    Settings::schema();
}
