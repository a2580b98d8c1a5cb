//! What a source of the program's own lends for a while: how long it is good while refreshes fail for another reason.

use std::time::{Duration, Instant};

use config_core::{ExposeSecret, Live, SecretString, Secrets, State, WhenExpired};
use config_tests::NOTHING;
use config_tests::changing::Changing;

use super::{HIDDEN, soon};

#[derive(Debug, Secrets)]
#[secrets(sources("store", "other", env))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(required)]
    port: u16,
}

const SHORT: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(3600);

/// Settings whose token is lent for half a second, and where another value has become wrong since.
fn failing() -> (Changing, Changing, Live<Settings>) {
    let lender = Changing::remote("store", [("token", HIDDEN)]);
    let other = Changing::remote("other", [("port", "1")]);
    lender.lends(Instant::now() + SHORT);
    let loader = Settings::loader().env(NOTHING).source(lender.clone()).source(other.clone());
    let live = loader.live().when_expired(WhenExpired::Refuse).start_blocking().unwrap();
    other.set("port", "http");
    (lender, other, live)
}

#[test]
fn what_is_lent_for_longer_is_good_for_longer_although_the_refresh_failed() {
    let (lender, other, live) = failing();
    lender.lends(Instant::now() + LONG);
    assert!(live.refresh_now_blocking().is_err());
    std::thread::sleep(SHORT);
    let health = live.health();
    assert_eq!((health.generation, health.state), (1, State::Stale), "{health}");
    assert_eq!(live.try_snapshot().unwrap().token.expose_secret(), HIDDEN);
    other.set("port", "2");
    soon("it recovers", || live.health().state == State::Fresh);
    assert_eq!((live.snapshot().port, live.health().generation), (2, 2));
}

#[test]
fn what_was_lent_anew_and_not_taken_over_prolongs_nothing() {
    let (lender, other, live) = failing();
    lender.set("token", "an0ther-n0t-a-real-one");
    lender.lends(Instant::now() + LONG);
    assert!(live.refresh_now_blocking().is_err());
    soon("it is over", || live.health().state == State::Expired);
    assert!(live.try_snapshot().unwrap_err().ended.is_some());
    other.set("port", "2");
    soon("it recovers", || live.try_snapshot().is_ok());
    assert_eq!((live.snapshot().port, live.health().state), (2, State::Fresh));
}

#[derive(Debug, Secrets)]
#[secrets(sources("store", env))]
struct Kept {
    #[secret(required, format = any, restart_only)]
    token: SecretString,
}

#[test]
fn a_field_for_restarts_is_good_for_as_long_as_the_value_that_it_keeps() {
    let lender = Changing::remote("store", [("token", HIDDEN)]);
    lender.lends(Instant::now() + SHORT);
    let live = Kept::loader().env(NOTHING).source(lender.clone()).live();
    let live = live.when_expired(WhenExpired::Refuse).start_blocking().unwrap();
    lender.lends(Instant::now() + LONG);
    live.refresh_now_blocking().unwrap();
    std::thread::sleep(SHORT);
    assert_eq!(live.try_snapshot().unwrap().token.expose_secret(), HIDDEN);
    lender.lends(Instant::now() + SHORT);
    live.refresh_now_blocking().unwrap();
    lender.set("token", "an0ther-n0t-a-real-one");
    lender.lends(Instant::now() + LONG);
    live.refresh_now_blocking().unwrap();
    soon("what it keeps is over", || live.try_snapshot().is_err());
    assert_eq!((live.snapshot().token.expose_secret(), live.health().generation), (HIDDEN, 1));
}
