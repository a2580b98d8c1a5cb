//! No value is told, whatever happens to it.

use std::time::Duration;

use config_core::{Failure, FailureKind, Secrets};
use config_tests::listen;

use super::{HIDDEN, soon, started, store};

#[test]
fn events_tell_what_happened_and_no_value() {
    let store = store();
    let ((), heard) = listen::to_all_threads(|| {
        let live = started(&store);
        store.set("token", "Qx8vTz5nLw2kJp7yRb4m");
        live.refresh_now_blocking().unwrap();
        live.refresh_now_blocking().unwrap();
        store.set("port", "0");
        live.refresh_now_blocking().unwrap_err();
        store.fail(Some(Failure::new(FailureKind::Denied, "permission denied")));
        live.refresh_now_blocking().unwrap_err();
        store.fail(None);
        store.set("port", "7");
        store.set("region", "us");
        live.refresh_now_blocking().unwrap();
    });
    for line in [
        "message=refreshed generation=2 fields=token, url cause=asked",
        "message=unchanged generation=2 cause=asked",
        "path=port kind=OutOfRange",
        "message=refresh failed; the settings stay as they are generation=2 failures_in_row=1",
        "message=permission denied path=token kind=Denied",
        "message=the settings are stale",
        "message=the settings are fresh again",
        "message=a restart would change fields that keep their value fields=region",
    ] {
        assert!(heard.contains(line), "{line}\n{heard}");
    }
    assert!(!heard.contains(HIDDEN) && !heard.contains("Qx8vTz5nLw2kJp7yRb4m"), "{heard}");
}

#[test]
fn events_carry_what_a_layer_makes_gauges_and_counters_of() {
    let store = store();
    let ((), heard) = listen::to_all_threads(|| {
        let live = started(&store);
        live.refresh_now_blocking().unwrap();
        store.set("port", "0");
        live.refresh_now_blocking().unwrap_err();
    });
    let with = |message: &str, figures: &[&str]| {
        // Tests that run beside this one are heard too.
        let mut lines = heard.lines().filter(|line| line.contains(message));
        let is_told = lines.any(|line| figures.iter().all(|figure| line.contains(figure)));
        assert!(is_told, "{message}: {figures:?}\n{heard}");
    };
    let of_all =
        ["gauge.config.generation=1", "gauge.config.failures_in_row=", "gauge.config.age_seconds="];
    with("message=settings are kept up to date", &of_all);
    with("message=settings are kept up to date", &["gauge.config.state=0"]);
    with("message=unchanged", &of_all);
    with("message=unchanged", &["monotonic_counter.config.refreshes=1"]);
    with("message=refresh failed", &of_all);
    with(
        "message=refresh failed",
        &["gauge.config.failures_in_row=1", "monotonic_counter.config.refresh.failures=1"],
    );
    with("message=the settings are stale", &["gauge.config.state=1"]);
}

#[test]
fn metrics_say_the_same_in_numbers() {
    let store = store();
    let live = started(&store);
    let old = live.snapshot();
    store.set("port", "2");
    store.set("region", "us");
    live.refresh_now_blocking().unwrap();
    store.set("port", "0");
    live.refresh_now_blocking().unwrap_err();
    let metrics = live.metrics();
    assert_eq!((metrics.generation, metrics.refreshes_total, metrics.failures_total), (2, 2, 1));
    assert_eq!((metrics.live_generations, metrics.state, metrics.restart_pending), (2, 1, 1));
    let age = metrics.age_seconds;
    soon("the age grows", || live.metrics().age_seconds > age);
    drop(old);
}

#[test]
fn a_listener_that_panics_keeps_nobody_waiting() {
    let store = store();
    listen::panicking_at("fields=port, timeout_of_the_tripwire", || {
        let live = Tripwire::loader().env(config_tests::NOTHING).source(store.clone()).live();
        let live = live.start_blocking().unwrap();
        store.set("port", "2");
        store.set("timeout_of_the_tripwire", "5s");
        let change = live.refresh_now_blocking().unwrap().unwrap();
        assert_eq!(change.fields, ["port", "timeout_of_the_tripwire"]);
        store.set("port", "3");
        assert!(live.refresh_now_blocking().unwrap().is_some());
        assert_eq!(live.with(|settings| settings.port), 3);
        assert!(live.health().is_ready());
    });
}

#[derive(Secrets)]
#[secrets(sources("store"))]
struct Tripwire {
    #[setting(required)]
    port: u16,
    #[setting(default = "1s")]
    #[expect(dead_code, reason = "that it changes counts")]
    timeout_of_the_tripwire: Duration,
}
