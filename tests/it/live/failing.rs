//! Refreshes that fail: what stays, what is told, and for how long.

use std::time::Duration;

use config_core::{Failure, FailureKind, ProblemKind, State, WhenExpired};
use config_tests::changing::Changing;
use config_tests::child;

use super::{HIDDEN, builder, soon, started, store, unreachable};

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_refresh_that_fails_changes_nothing_and_health_says_why() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    store.set("port", "2");
    store.fail(unreachable());
    let error = live.refresh_now_blocking().unwrap_err();
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Unreachable), "{error}");
    let health = live.health();
    assert_eq!((live.snapshot().port, health.generation, health.state), (1, 1, State::Stale));
    assert_eq!(health.failures_in_row, 1);
    let source = &health.sources[0];
    assert_eq!((source.label.as_str(), source.failures_in_row), ("store", 1));
    assert_eq!(source.last_failure.as_deref(), Some("out of order"));
    assert!(source.last_success.is_some() && health.is_ready());
    assert!(health.to_string().contains("store: failed 1 time in a row: out of order"), "{health}");
    let together = "port, token, region: unreachable: out of order, from store";
    assert!(
        health.last_failure.as_deref().is_some_and(|why| why.starts_with(together)),
        "{health}"
    );
    assert_eq!(changes.try_next(), None);

    store.fail(None);
    assert_eq!(live.refresh_now_blocking().unwrap().unwrap().fields, ["port"]);
    let health = live.health();
    assert_eq!((health.generation, health.state, health.failures_in_row), (2, State::Fresh, 0));
    assert_eq!((health.last_failure, health.sources[0].failures_in_row), (None, 0));
    assert_eq!((live.metrics().refreshes_total, live.metrics().failures_total), (2, 1));
}

#[test]
fn it_recovers_by_itself() {
    let store = store();
    let live = builder(&store).ttl(SHORT).start_blocking().unwrap();
    store.fail(unreachable());
    soon("it is stale", || live.health().state == State::Stale);
    store.set("port", "2");
    store.fail(None);
    soon("it has recovered", || live.health().state == State::Fresh && live.snapshot().port == 2);
}

#[test]
fn a_value_that_is_wrong_is_told_without_being_shown() {
    let store = store();
    let live = started(&store);
    store.set("port", "61234");
    live.refresh_now_blocking().unwrap_err();
    let health = live.health();
    assert_eq!(health.last_failure.as_deref(), Some("port: out of range, from store port"));
    assert_eq!(health.sources[0].last_failure, None, "the source did answer");
    assert!(!format!("{health:?} {health}").contains("61234"));
    assert_eq!(live.snapshot().port, 1);
}

#[test]
fn a_panic_is_a_refresh_that_fails() {
    for store in [store(), Changing::new("store", [("port", "1"), ("token", HIDDEN)])] {
        let live = started(&store);
        store.panic(true);
        live.refresh_now_blocking().unwrap_err();
        assert_eq!((live.health().failures_in_row, live.snapshot().port), (1, 1));
        store.panic(false);
        store.set("port", "2");
        assert!(live.refresh_now_blocking().unwrap().is_some());
    }
}

#[test]
fn settings_too_old_are_served_unless_told_otherwise() {
    let store = store();
    let live = builder(&store).ttl(SHORT).max_stale(SHORT * 3).start_blocking().unwrap();
    store.fail(unreachable());
    soon("it is expired", || live.health().state == State::Expired);
    assert!(live.health().is_ready());
    assert_eq!(live.try_snapshot().unwrap().port, 1);
}

#[test]
fn settings_too_old_are_refused_where_that_was_said() {
    let store = store();
    let short = builder(&store).ttl(SHORT).max_stale(SHORT * 3);
    let live = short.when_expired(WhenExpired::Refuse).start_blocking().unwrap();
    store.fail(unreachable());
    soon("it is expired", || live.health().state == State::Expired);
    let expired = live.try_snapshot().unwrap_err();
    assert!(expired.age >= SHORT * 3);
    let words = expired.to_string();
    assert!(words.starts_with("the settings are too old: no refresh succeeded for"), "{words}");
    assert!(!live.health().is_ready());
    assert_eq!((live.snapshot().port, live.with(|settings| settings.port)), (1, 1));
    store.fail(None);
    soon("it is ready again", || live.health().is_ready() && live.try_snapshot().is_ok());
}

#[test]
fn settings_too_old_end_the_process_where_that_was_said() {
    if child::is_child() {
        let store = store();
        let short = builder(&store).ttl(SHORT).max_stale(SHORT * 3);
        let live = short.when_expired(WhenExpired::Exit).start_blocking().unwrap();
        store.fail(unreachable());
        std::thread::sleep(Duration::from_secs(20));
        drop(live);
        return;
    }
    let (code, said) =
        child::ended(module_path!(), "settings_too_old_end_the_process_where_that_was_said");
    assert_eq!(code, Some(75), "{said}");
    let line = said.lines().find(|line| line.contains("config-core: ")).unwrap();
    assert!(line.contains("no refresh of the settings succeeded for"), "{line}");
    assert!(line.contains("port, token, region: unreachable: out of order"), "{line}");
    assert!(line.ends_with("exiting with 75: mend that and start again"), "{line}");
}

#[test]
fn they_do_so_too_where_something_holds_up_the_refresh() {
    if child::is_child() {
        let store = Changing::new("store", [("port", "1"), ("token", HIDDEN)]);
        let loader = <super::Settings as config_core::Secrets>::loader().env(config_tests::NOTHING);
        let loader = loader.source(store.clone()).deadline(Duration::from_secs(1));
        let short = loader.live().ttl(SHORT).max_stale(SHORT * 3);
        let live = short.when_expired(WhenExpired::Exit).start_blocking().unwrap();
        store.shut();
        std::thread::sleep(Duration::from_secs(60));
        drop(live);
        return;
    }
    let (code, said) =
        child::ended(module_path!(), "they_do_so_too_where_something_holds_up_the_refresh");
    assert_eq!(code, Some(75), "{said}");
    let line = said.lines().find(|line| line.contains("config-core: ")).unwrap();
    assert!(line.contains("something holds up the refresh that has been running for"), "{line}");
    assert!(line.ends_with("exiting with 75: mend that and start again"), "{line}");
}

#[test]
fn a_store_that_wants_to_be_left_alone_is() {
    let store = store();
    let live = started(&store);
    let wait = Duration::from_secs(600);
    let busy = Failure::new(FailureKind::Unreachable, "too many requests").retry_after(wait);
    store.fail(Some(busy));
    live.refresh_now_blocking().unwrap_err();
    assert!(
        live.health().next_try > wait - Duration::from_secs(60),
        "{:?}",
        live.health().next_try
    );
}

#[test]
fn a_source_that_holds_everything_up_is_told_while_it_does() {
    let store = Changing::new("store", [("port", "1"), ("token", HIDDEN)]);
    let live = builder(&store).ttl(SHORT).start_blocking().unwrap();
    store.shut();
    soon("a refresh is under way", || live.health().refreshing.is_some());
    soon("it takes long", || live.health().refreshing.is_some_and(|long| long > SHORT * 5));
    let health = live.health();
    assert!(health.age > SHORT * 5 && health.to_string().contains("has been running for"));
    assert_eq!(live.with(|settings| settings.port), 1, "readers go on");
    store.set("port", "2");
    store.open();
    soon("it is over", || live.health().refreshing.is_none() && live.snapshot().port == 2);
}

#[test]
fn a_remote_source_that_does_not_answer_is_given_up_at_the_deadline() {
    let store = store();
    let loader = <super::Settings as config_core::Secrets>::loader().env(config_tests::NOTHING);
    let loader = loader.source(store.clone()).deadline(Duration::from_secs(1));
    let live = loader.live().start_blocking().unwrap();
    store.shut();
    let error = live.refresh_now_blocking().unwrap_err();
    assert!(error.to_string().contains("no answer within 1 s"), "{error}");
    store.open();
    soon("the call that was given up has ended", || live.refresh_now_blocking().is_ok());
}
