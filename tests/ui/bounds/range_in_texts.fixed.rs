use std::time::Duration;

use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = 1..100)]
    workers: u16,
    #[setting(required, range = "1KiB"..="10KiB", format = bytes)]
    line: usize,
    #[setting(required, range = "1s"..="30s")]
    timeout: Duration,
}

fn main() {
    Settings::schema();
}
