use std::time::Duration;

use config_core::Secrets;

type Span = Duration;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1s"..)]
    timeout: Duration,
    #[setting(range = "1s"..="5m")]
    pause: Option<Span>,
    #[setting(required, range = "1m".."10m")]
    age: Duration,
    #[setting(default = "10s", range = "1s"..="5m")]
    retry: Span,
}

fn main() {
    Settings::schema();
}
