use std::time::Duration;

use config_core::Secrets;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1".."100")]
    workers: u16,
    #[setting(required, range = "1KiB"..="10KiB")]
    line: usize,
    #[setting(required, range = 1..=30)]
    timeout: Duration,
}

fn main() {
    Settings::schema();
}
