use config_core::Secrets;

type Bytes = u64;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1KiB".., format = bytes)]
    cache: u64,
    #[setting(required, range = ..="10KiB", format = bytes)]
    line: u16,
    #[setting(default = 1024, range = "1KiB".., format = bytes)]
    page: u32,
    #[setting(default = "5MiB", range = ..="10_000kB", format = bytes)]
    body: Bytes,
}

fn main() {
    Settings::schema();
}
