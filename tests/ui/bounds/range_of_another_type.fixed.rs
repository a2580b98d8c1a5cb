use config_core::Secrets;

use std::time::Duration;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1s"..="10s")]
    pause: Duration,
}

fn main() {
    Settings::schema();
}
