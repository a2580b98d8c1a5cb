//! One refresh: what it finds, whom it tells, and how many of them there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use config_core::{Cause, Live, Problem, ProblemKind, Secrets, WhenExpired};
use config_tests::changing::Changing;
use config_tests::{NOTHING, block_on};

use super::{HIDDEN, Settings, builder, soon, started, store, unreachable};

#[test]
fn the_first_load_has_to_succeed() {
    let store = store();
    store.fail(unreachable());
    let error = builder(&store).start_blocking().unwrap_err();
    assert!(error.iter().any(|problem| problem.kind() == ProblemKind::Unreachable));
    let error = block_on(builder(&store).start()).unwrap_err();
    assert!(error.iter().any(|problem| problem.path() == "token"));
}

#[test]
fn other_settings_are_another_generation_and_a_change_names_the_fields() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    let before = live.snapshot();
    store.set("port", "2");
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!((change.from, change.to, change.cause), (1, 2, Cause::Asked));
    assert_eq!(change.fields, ["port"]);
    assert_eq!((before.port, live.snapshot().port, live.with(|now| now.port)), (1, 2, 2));
    assert_eq!(changes.try_next(), Some(change));
    assert_eq!(changes.try_next(), None);
}

#[test]
fn a_field_that_is_composed_changes_with_its_parts() {
    let store = store();
    let live = started(&store);
    store.set("token", "another");
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!(change.fields, ["token", "url"]);
}

#[test]
fn nothing_is_told_where_nothing_changed() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    let before = live.snapshot();
    assert_eq!(live.refresh_now_blocking().unwrap(), None);
    assert_eq!(changes.try_next(), None);
    assert!(Arc::ptr_eq(&before, &live.snapshot()));
    assert_eq!((live.metrics().generation, live.metrics().refreshes_total), (1, 1));
}

#[test]
fn a_value_that_is_gone_changes_back_to_its_default() {
    let store = store();
    let live = started(&store);
    store.set("port", "");
    assert_eq!(live.refresh_now_blocking().unwrap().unwrap().fields, ["port"]);
    assert_eq!(live.snapshot().port, 8080);
}

#[test]
fn a_field_for_restarts_keeps_its_value_and_what_waits_for_one_is_told_once() {
    let store = store();
    let live = started(&store);
    store.set("region", "us");
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!((change.from, change.to, change.fields.len()), (1, 1, 0));
    assert_eq!(change.restart_only, ["region"]);
    assert_eq!(live.snapshot().region, "eu");
    assert_eq!(live.health().restart_pending, ["region"]);
    assert_eq!(live.refresh_now_blocking().unwrap(), None);
    store.set("port", "2");
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!((change.fields, change.restart_only.len()), (vec!["port"], 0));
    assert_eq!(live.snapshot().region, "eu");
    store.set("region", "eu");
    live.refresh_now_blocking().unwrap();
    assert!(live.health().restart_pending.is_empty());
}

#[test]
fn what_waits_for_a_restart_is_judged_before_the_restart() {
    let store = store();
    let live = started(&store);
    store.set("region", "the moon");
    let error = live.refresh_now_blocking().unwrap_err();
    assert_eq!(error.iter().map(Problem::path).collect::<Vec<_>>(), ["region"]);
    assert!(live.health().restart_pending.is_empty());
    store.set("port", "2");
    store.set("region", "us");
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!((change.fields, change.restart_only), (vec!["port"], vec!["region"]));
    assert_eq!(live.snapshot().region, "eu");
}

#[test]
fn however_many_ask_at_once_the_sources_are_asked_once() {
    let store = store();
    let live = started(&store);
    store.shut();
    let first = std::thread::spawn({
        let live = live.clone();
        move || live.refresh_now_blocking().unwrap()
    });
    soon("the first refresh is under way", || store.asked() == 2);
    store.set("port", "2");
    let calls = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..100)
        .map(|number| {
            let (live, calls) = (live.clone(), Arc::clone(&calls));
            std::thread::spawn(move || {
                calls.fetch_add(1, Ordering::SeqCst);
                match number % 2 {
                    0 => live.refresh_now_blocking().unwrap(),
                    _ => block_on(live.refresh_now()).unwrap(),
                }
            })
        })
        .collect();
    soon("all have called", || calls.load(Ordering::SeqCst) == 100);
    std::thread::sleep(Duration::from_secs(1));
    store.open();
    first.join().unwrap();
    for caller in callers {
        drop(caller.join().unwrap());
    }
    assert_eq!(store.asked(), 3, "the first, and one for all who came while it ran");
    assert_eq!(live.snapshot().port, 2);
}

#[test]
fn who_asks_while_a_refresh_runs_gets_one_that_began_later() {
    let store = store();
    let live = started(&store);
    store.shut();
    let early = std::thread::spawn({
        let live = live.clone();
        move || live.refresh_now_blocking()
    });
    soon("it is under way", || store.asked() == 2);
    let late = std::thread::spawn({
        let live = live.clone();
        move || live.refresh_now_blocking()
    });
    std::thread::sleep(Duration::from_millis(20));
    store.open();
    drop((early.join().unwrap().unwrap(), late.join().unwrap().unwrap()));
    assert_eq!(store.asked(), 3);
}

#[test]
fn what_is_invalidated_is_read_soon() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    store.set("token", "another");
    live.invalidate("url");
    let change = changes.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((change.cause, change.fields), (Cause::Invalidated, vec!["token", "url"]));
}

#[test]
fn who_is_slow_gets_several_changes_as_one() {
    let store = store();
    let live = started(&store);
    let mut changes = live.subscribe();
    for (path, text) in [("token", "another"), ("port", "2"), ("port", "3")] {
        store.set(path, text);
        live.refresh_now_blocking().unwrap();
    }
    let change = changes.try_next().unwrap();
    assert_eq!((change.from, change.to), (1, 4));
    assert_eq!(change.fields, ["port", "token", "url"], "in declaration order");
    assert_eq!(changes.try_next(), None);
}

#[test]
fn it_refreshes_by_itself_when_its_time_is_over() {
    let store = store();
    let live = builder(&store).ttl(Duration::from_millis(200)).start_blocking().unwrap();
    let mut changes = live.subscribe();
    store.set("port", "2");
    let change = changes.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((change.cause, change.fields), (Cause::Scheduled, vec!["port"]));
}

#[derive(Debug, Secrets)]
#[secrets(sources("store"))]
struct Judged {
    #[setting(required, validate = by_asking)]
    port: u16,
}

static JUDGE: std::sync::OnceLock<Live<Judged>> = std::sync::OnceLock::new();

fn by_asking(_: &u16) -> Result<(), String> {
    match JUDGE.get().map(Live::refresh_now_blocking) {
        Some(Err(error)) if error.iter().any(|of| of.kind() == ProblemKind::Circular) => Ok(()),
        Some(_) => Err("it got a refresh".to_owned()),
        None => Ok(()),
    }
}

#[test]
fn a_validator_that_asks_for_a_refresh_is_told_that_it_is_a_part_of_one() {
    let store = Changing::new("store", [("port", "1")]);
    let live = Judged::loader().env(NOTHING).source(store).live().start_blocking().unwrap();
    JUDGE.set(live.clone()).unwrap();
    assert_eq!(live.refresh_now_blocking().unwrap(), None);
    assert_eq!(live.snapshot().port, 1);
}

#[derive(Debug, Secrets)]
#[secrets(sources("store"))]
struct Awaited {
    #[setting(required, validate = by_awaiting)]
    port: u16,
}

static AWAITED: std::sync::OnceLock<Live<Awaited>> = std::sync::OnceLock::new();

fn by_awaiting(_: &u16) -> Result<(), String> {
    match AWAITED.get().map(|live| block_on(live.refresh_now())) {
        Some(Err(error)) if error.iter().any(|of| of.kind() == ProblemKind::Circular) => Ok(()),
        Some(_) => Err("it got a refresh".to_owned()),
        None => Ok(()),
    }
}

#[test]
fn a_validator_that_awaits_a_refresh_is_told_that_it_is_a_part_of_one() {
    let store = Changing::new("store", [("port", "1")]);
    let live = Awaited::loader().env(NOTHING).source(store).live().start_blocking().unwrap();
    AWAITED.set(live.clone()).unwrap();
    assert_eq!(live.refresh_now_blocking().unwrap(), None);
    assert_eq!(live.snapshot().port, 1);
}

#[test]
fn nothing_refuses_settings_that_are_fresh() {
    let store = store();
    let live = builder(&store).when_expired(WhenExpired::Refuse).start_blocking().unwrap();
    assert_eq!(live.try_snapshot().unwrap().port, 1);
    let shown = format!("{live:?} {:?} {}", live.health(), live.health());
    assert!(!shown.contains(HIDDEN), "{shown}");
    let _: Live<Settings> = live;
}
