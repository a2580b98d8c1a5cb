use std::time::Duration;

use config_core::Secrets;

type Span = Duration;

#[derive(Secrets)]
struct Settings {
    #[setting(required, range = "1 sec ond"..)]
    timeout: Duration,
    #[setting(range = "1s"..="5mins-")]
    pause: Option<Span>,
    #[setting(required, range = "10m".."1m")]
    age: Duration,
    #[setting(default = "1h", range = "1s"..="5m")]
    retry: Span,
}

fn main() {
    Settings::schema();
}
