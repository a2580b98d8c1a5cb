use config_core::Secrets;

use std::time::Duration;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = Duration::from_secs(1)..=Duration::from_secs(10))]
    pause: Duration,
}

fn main() {
    Settings::schema();
}
