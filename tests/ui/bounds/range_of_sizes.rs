use config_core::Secrets;

type Bytes = u64;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1K".., format = bytes)]
    cache: u64,
    #[setting(required, range = ..="10MiB", format = bytes)]
    line: u16,
    #[setting(default = 10, range = "1KiB".., format = bytes)]
    page: u32,
    #[setting(default = "20MiB", range = ..="10_000kB", format = bytes)]
    body: Bytes,
}

fn main() {
    Settings::schema();
}
