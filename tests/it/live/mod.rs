//! Settings that follow their sources.

mod acknowledged;
mod asked;
mod failing;
mod field;
mod files;
mod lent;
mod lifetime;
mod quiet;
mod refreshing;
mod replaced;
#[cfg(unix)]
mod switched;

use std::time::{Duration, Instant};

use config_core::{Failure, FailureKind, Live, LiveBuilder, SecretString, Secrets};
use config_tests::NOTHING;
use config_tests::changing::Changing;

#[derive(Debug, Secrets)]
#[secrets(sources("store", env))]
struct Settings {
    #[setting(default = 8080, range = 1..=60000)]
    port: u16,
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(default = "eu", one_of("eu", "us"), restart_only)]
    region: String,
    #[secret(compose = "https://{region}.example/{token}")]
    #[expect(dead_code, reason = "that it changes with its parts counts")]
    url: SecretString,
}

const HIDDEN: &str = "hJq7Zt2Wx9pR4mKv8Ls3";

fn store() -> Changing {
    Changing::remote("store", [("port", "1"), ("token", HIDDEN), ("region", "eu")])
}

fn builder(store: &Changing) -> LiveBuilder<Settings> {
    Settings::loader().env(NOTHING).source(store.clone()).live()
}

fn started(store: &Changing) -> Live<Settings> {
    builder(store).start_blocking().unwrap()
}

fn unreachable() -> Option<Failure> {
    Some(Failure::new(FailureKind::Unreachable, "out of order"))
}

/// Waits until that holds, for some seconds at most.
fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
