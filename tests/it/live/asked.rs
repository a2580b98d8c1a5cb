//! How often a remote source is asked that keeps nothing itself: a command, the keyring, a source of the program's own.

use std::time::{Duration, Instant};

use config_core::{
    Cause, Failure, FailureKind, Health, Live, LiveBuilder, SecretString, Secrets, State,
};
use config_tests::changing::Changing;
use config_tests::{Bench, NOTHING};

use super::{soon, unreachable};

/// Longer than any of these tests.
const LONG: Duration = Duration::from_secs(3600);
/// In which whatever is to come of a start or a change has come.
const WHILE: Duration = Duration::from_millis(400);

#[derive(Debug, Secrets)]
#[secrets(sources(env, dotenv, file("app.json"), "store"))]
#[expect(dead_code, reason = "that they are asked for counts")]
struct Settings {
    #[setting(required, range = 1..=60000)]
    port: u16,
    #[secret(required, format = any)]
    user: SecretString,
    #[secret(required, format = any)]
    password: SecretString,
    #[setting]
    note: Option<String>,
}

fn store() -> Changing {
    Changing::remote("store", [("user", "someone"), ("password", "not-a-real-one")])
}

/// A directory with a file that is old enough that any change of it shows.
fn bench() -> Bench {
    let bench = Bench::with([("app.json", r#"{"port": 1}"#)]);
    std::thread::sleep(Duration::from_millis(50));
    bench
}

fn builder(bench: &Bench, store: &Changing) -> LiveBuilder<Settings> {
    let loader = Settings::loader().root(bench.path()).env(NOTHING).source(store.clone());
    loader.live().ttl(LONG).poll(Duration::from_millis(20))
}

fn started(bench: &Bench, store: &Changing) -> Live<Settings> {
    builder(bench, store).start_blocking().unwrap()
}

/// Changes the file, and waits until that is seen.
fn change(bench: &Bench, live: &Live<Settings>, port: u16) {
    let mut changes = live.subscribe();
    replace(bench, &format!(r#"{{"port": {port}}}"#));
    let change = changes.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((change.cause, change.fields), (Cause::Changed, vec!["port"]));
}

fn replace(bench: &Bench, content: &str) {
    bench.write("next.json", content);
    std::fs::rename(bench.at("next.json"), bench.at("app.json")).unwrap();
}

#[test]
fn a_start_loads_once_where_no_file_changes_meanwhile() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    std::thread::sleep(WHILE);
    assert_eq!((store.asked(), live.metrics().refreshes_total), (1, 0));
    drop(live);
    let live = config_tests::block_on(builder(&bench, &store).start()).unwrap();
    std::thread::sleep(WHILE);
    assert_eq!((store.asked(), live.metrics().refreshes_total), (2, 0));
}

#[test]
fn a_file_that_changes_has_no_store_asked() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    for port in 2..6 {
        change(&bench, &live, port);
    }
    assert_eq!(store.asked(), 1);
}

#[test]
fn a_store_is_asked_anew_by_whoever_asks_for_it_and_once_its_time_is_over() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    store.set("password", "another");
    let change = live.refresh_now_blocking().unwrap().unwrap();
    assert_eq!((change.fields, store.asked()), (vec!["password"], 2));
    drop(live);
    let live = builder(&bench, &store).ttl(Duration::from_millis(200)).start_blocking().unwrap();
    let before = store.asked();
    soon("it is asked again and again", || store.asked() > before + 3);
    drop(live);
}

#[test]
fn a_field_that_is_invalidated_is_asked_for_with_all_that_belongs_to_it() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    let mut changes = live.subscribe();
    store.set("user", "someone-else");
    store.set("password", "another");
    live.invalidate("port");
    let refreshes = || live.metrics().refreshes_total;
    soon("it is over", || refreshes() == 1);
    assert_eq!(store.asked(), 1, "another source has that field");
    live.invalidate("password");
    let change = changes.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((change.cause, change.fields), (Cause::Invalidated, vec!["user", "password"]));
    assert_eq!(store.asked(), 2);
}

#[test]
fn a_field_that_no_file_has_any_more_is_asked_for_with_the_others() {
    let (bench, store) = (bench(), store());
    bench.write("app.json", r#"{"port": 1, "user": "of-the-file"}"#);
    std::thread::sleep(Duration::from_millis(50));
    let live = started(&bench, &store);
    store.set("user", "someone-else");
    store.set("password", "another");
    let mut changes = live.subscribe();
    bench.write("next.json", r#"{"port": 1}"#);
    std::fs::rename(bench.at("next.json"), bench.at("app.json")).unwrap();
    let change = changes.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((change.fields, store.asked()), (vec!["user", "password"], 2));
}

#[test]
fn a_store_that_failed_or_whose_value_is_refused_is_asked_by_the_next_try() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    store.fail(unreachable());
    live.refresh_now_blocking().unwrap_err();
    store.fail(None);
    soon("it has recovered", || live.health().state == State::Fresh);
    let asked = store.asked();
    assert!(asked >= 3);
    change(&bench, &live, 2);
    assert_eq!(store.asked(), asked);

    // What the file has no longer, the store has wrong.
    store.set("port", "70000");
    bench.write("next.json", "{}");
    std::fs::rename(bench.at("next.json"), bench.at("app.json")).unwrap();
    soon("it is refused", || live.health().state == State::Stale);
    store.set("port", "7");
    soon("it has recovered", || live.health().state == State::Fresh);
    assert_eq!(live.with(|settings| settings.port), 7);
}

#[test]
fn a_store_that_asked_to_be_left_alone_is_whatever_makes_a_refresh() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    let crowded = Failure::new(FailureKind::Unreachable, "too many requests").retry_after(LONG);
    store.fail(Some(crowded));
    live.refresh_now_blocking().unwrap_err();
    store.fail(None);
    let asked = store.asked();
    let error = live.refresh_now_blocking().unwrap_err().to_string();
    assert!(error.contains("it asked to be left alone for 3600 s, and is not asked"), "{error}");
    assert!(error.contains("from        store"), "{error}");
    let refreshes = || live.metrics().refreshes_total;
    let before = refreshes();
    replace(&bench, r#"{"port": 2}"#);
    soon("there was a refresh for the file", || refreshes() > before);
    let before = refreshes();
    live.invalidate("password");
    soon("there was a refresh for the field", || refreshes() > before);
    assert_eq!(store.asked(), asked);
    let health = live.health();
    assert!(health.next_try > LONG / 2 && health.state == State::Stale, "{health}");
    assert_eq!(live.with(|settings| settings.port), 1);
    // What needs nothing of it is taken up.
    replace(&bench, r#"{"port": 3, "user": "a", "password": "of-the-file", "note": "b"}"#);
    soon("the file is followed", || live.snapshot().port == 3);
    soon("it is fresh", || live.health().state == State::Fresh);
    assert_eq!(store.asked(), asked);
}

#[test]
fn answers_that_are_taken_again_make_neither_the_settings_younger_nor_the_store_well() {
    let (bench, store) = (bench(), store());
    let live = started(&bench, &store);
    let second = Duration::from_secs(1);
    std::thread::sleep(second);
    change(&bench, &live, 2);
    let of = |health: &Health, label: &str| {
        let source = health.sources.iter().find(|source| source.label.starts_with(label));
        source.and_then(|source| source.last_success).unwrap()
    };
    let health = live.health();
    assert_eq!(health.state, State::Fresh, "{health}");
    assert!(of(&health, "store") >= second && health.age >= second, "{health}");
    assert!(of(&health, "file") < of(&health, "store"), "{health}");
    let before = Instant::now();
    live.refresh_now_blocking().unwrap();
    let (health, since) = (live.health(), before.elapsed());
    assert!(of(&health, "store") <= since && health.age <= since, "{health}");
}

#[cfg(unix)]
#[test]
fn a_command_is_run_once_in_its_time_to_live() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(file("app.json"), exec("sh count.sh")))]
    #[expect(dead_code, reason = "that they are asked for counts")]
    struct Settings {
        #[setting(required)]
        port: u16,
        #[secret(required, format = any)]
        password: SecretString,
    }
    let bench = bench();
    bench.write("count.sh", "echo run >> runs; echo '{\"password\": \"not-a-real-one\"}'");
    let runs = || std::fs::read_to_string(bench.at("runs")).unwrap().lines().count();
    let path = std::env::var("PATH").unwrap();
    let loader = Settings::loader().root(bench.path()).env([("PATH", path.as_str())]);
    let live = loader.live().ttl(LONG).poll(Duration::from_millis(20)).start_blocking().unwrap();
    let mut changes = live.subscribe();
    for port in 2..5 {
        bench.write("next.json", format!(r#"{{"port": {port}}}"#));
        std::fs::rename(bench.at("next.json"), bench.at("app.json")).unwrap();
        assert!(changes.wait(Duration::from_secs(60)).is_some());
    }
    assert_eq!(runs(), 1);
    live.refresh_now_blocking().unwrap();
    assert_eq!(runs(), 2);
}

/// The names of this process's threads are shared with other tests, so its own process counts.
#[cfg(target_os = "linux")]
#[test]
fn a_source_that_blocks_is_not_asked_again_until_it_has_ended() {
    use config_tests::child;

    if !child::is_child() {
        let here = std::env::temp_dir();
        let name = "a_source_that_blocks_is_not_asked_again_until_it_has_ended";
        child::again(module_path!(), name, &here, &[]);
        return;
    }
    let loads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.filter(|name| name.starts_with("config-core loa")).count()
    };
    let (bench, store) = (bench(), store());
    let loader = Settings::loader().root(bench.path()).env(NOTHING).source(store.clone());
    let live = loader.deadline(Duration::from_secs(1)).live().start_blocking().unwrap();
    assert_eq!(store.asked(), 1);
    soon("no thread is left", || loads() == 0);
    store.shut();
    let error = live.refresh_now_blocking().unwrap_err().to_string();
    assert!(error.contains("no answer within 1 s"), "{error}");
    for _ in 0..5 {
        let error = live.refresh_now_blocking().unwrap_err();
        let problem = error.iter().next().unwrap();
        assert!(problem.message().contains("it is still busy with the call of"), "{error}");
        assert_eq!(error.iter().count(), 3, "port is in the file: {error}");
    }
    assert_eq!((store.asked(), loads()), (2, 1), "one call, and one thread that waits for it");
    assert_eq!(live.with(|settings| settings.port), 1);
    store.set("password", "another");
    store.open();
    soon("it is asked again", || live.refresh_now_blocking().is_ok());
    assert_eq!(live.health().state, State::Fresh);
    assert_eq!(live.metrics().generation, 2);
    soon("no thread is left", || loads() == 0);
}

/// A store in trouble is not asked harder for it: the schedule tries again, and many instances do.
#[cfg(target_os = "linux")]
#[test]
fn a_refresh_asks_twice_and_once_where_the_last_one_failed() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use config_tests::crafted::{Scene, Store, Vendor};

    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("{PLACE}")))]
    #[expect(dead_code, reason = "that it is asked for counts")]
    struct Settings {
        #[secret(required, format = any)]
        password: SecretString,
    }
    let (is_down, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (down, counted) = (Arc::clone(&is_down), Arc::clone(&reads));
    let store = Store::start(Vendor::Vault, move |request, _, right| {
        if !request.path().contains("/data/") {
            return right;
        }
        counted.fetch_add(1, Ordering::SeqCst);
        match down.load(Ordering::SeqCst) {
            true => Vendor::Vault.refusal(503, "sealed"),
            false => right,
        }
    });
    let document = br#"{"password": "not-a-real-one"}"#.to_vec();
    store.hold(Scene { document, ..Scene::empty() });
    let start = || Settings::loader().env(store.told().variables).live().start_blocking();
    let asked = || reads.swap(0, Ordering::SeqCst);

    is_down.store(true, Ordering::SeqCst);
    assert!(start().is_err());
    assert_eq!(asked(), 4, "a start has no schedule that tries again");
    is_down.store(false, Ordering::SeqCst);
    let live = start().unwrap();
    live.refresh_now_blocking().unwrap();
    assert_eq!(asked(), 2);
    is_down.store(true, Ordering::SeqCst);
    live.refresh_now_blocking().unwrap_err();
    let mut requests = asked();
    live.refresh_now_blocking().unwrap_err();
    // The schedule tries meanwhile. One refresh succeeded before, and the first that failed asked twice.
    soon("each of them has asked once", || {
        requests += asked();
        u64::try_from(requests) == Ok(live.metrics().refreshes_total)
    });
    assert!(requests >= 3);
    is_down.store(false, Ordering::SeqCst);
    soon("it has recovered", || live.health().state == State::Fresh);
}
