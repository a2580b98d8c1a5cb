//! Files that change.

use std::time::Duration;

use config_core::{Cause, Live, SecretString, Secrets, State};
use config_tests::changing::Changing;
use config_tests::{Bench, NOTHING};

use super::soon;

#[derive(Debug, Secrets)]
#[secrets(sources(file("app.json"), "store"))]
#[expect(dead_code, reason = "what is told of them counts")]
struct Settings {
    #[setting(required)]
    port: u16,
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(default = 1)]
    size: u64,
}

fn started(bench: &Bench, store: &Changing) -> Live<Settings> {
    let loader = Settings::loader().root(bench.path()).env(NOTHING).source(store.clone());
    loader.live().poll(Duration::from_millis(50)).start_blocking().unwrap()
}

const STORED: [(&str, &str); 2] = [("token", "not-a-real-one"), ("size", "2")];

#[test]
fn a_file_that_changes_is_another_generation() {
    let bench = Bench::with([("app.json", r#"{"port": 1}"#)]);
    let live = started(&bench, &Changing::remote("store", STORED));
    let mut changes = live.subscribe();
    bench.write("app.json", r#"{"port": 2}"#);
    let change = changes.wait(Duration::from_secs(60)).unwrap();
    assert_eq!((change.from, change.to, change.cause), (1, 2, Cause::Changed));
    assert_eq!((change.fields, live.snapshot().port), (vec!["port"], 2));
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_settings_as_they_are_until_it_can() {
    let bench = Bench::with([("app.json", r#"{"port": 1}"#)]);
    let live = started(&bench, &Changing::remote("store", STORED));
    bench.write("app.json", r#"{"port": 2"#);
    soon("it is stale", || live.health().state == State::Stale);
    assert_eq!(live.snapshot().port, 1);
    let why = live.health().last_failure.unwrap();
    assert!(why.contains("app.json") && why.contains("line 1"), "{why}");
    bench.write("app.json", r#"{"port": 3}"#);
    soon("it has recovered", || live.snapshot().port == 3);
    soon("and says so", || live.health().state == State::Fresh);
    assert_eq!(live.health().generation, 2);
}

#[test]
fn a_change_between_the_first_load_and_the_watching_is_seen() {
    for round in 0..20 {
        let bench = Bench::with([("app.json", r#"{"port": 1}"#)]);
        let path = bench.at("app.json");
        let writer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(200 * round));
            std::fs::write(path, r#"{"port": 2}"#).unwrap();
        });
        let store = Changing::remote("store", STORED);
        let live = loop {
            // A file that is just being written may be empty.
            let loader = Settings::loader().root(bench.path()).env(NOTHING);
            let loader = loader.source(store.clone());
            if let Ok(live) = loader.live().poll(Duration::from_secs(3600)).start_blocking() {
                break live;
            }
        };
        writer.join().unwrap();
        soon("what was written is read", || live.snapshot().port == 2);
    }
}
