//! One plain file, changed in each way that there is.

use std::fs;
use std::path::Path;
use std::time::Duration;

use config_core::{Live, SecretString, Secrets, State};
use config_tests::{Bench, NOTHING};

use super::{HIDDEN, soon};

#[derive(Debug, Secrets)]
#[secrets(sources(file("app.json")))]
struct Settings {
    #[setting(required)]
    port: u16,
    #[secret(required, format = any)]
    #[expect(dead_code, reason = "that it is not shown counts")]
    token: SecretString,
}

/// A way to give the file another text.
type Write = fn(&Path, &str);

fn text(port: u16) -> String {
    format!(r#"{{"port": {port}, "token": "{HIDDEN}"}}"#)
}

/// Of which the first change is noticed by an event, or by looking where `events` are off.
fn started(bench: &Bench, events: bool) -> Live<Settings> {
    bench.write("app.json", text(1));
    let builder = Settings::loader().root(bench.path()).env(NOTHING).live().events(events);
    let poll = if events { Duration::from_secs(3600) } else { Duration::from_millis(20) };
    builder.poll(poll).start_blocking().unwrap()
}

/// Asserts that each of these changes, which make the port 2, 3, .., is seen, by events and by looking.
#[track_caller]
fn is_seen(changes: &[Write]) {
    for events in [true, false] {
        let bench = Bench::new();
        let live = started(&bench, events);
        for (port, change) in (2..).zip(changes) {
            change(&bench.at("app.json"), &text(port));
            soon("the change is seen", || live.snapshot().port == port);
            soon("all is well", || live.health().state == State::Fresh);
        }
    }
}

/// Asserts that what this does to the file leaves the settings as they are, and says why; and that they recover.
#[track_caller]
fn is_kept(breaks: impl Fn(&Path), why: &str) {
    for events in [true, false] {
        let bench = Bench::new();
        let live = started(&bench, events);
        breaks(&bench.at("app.json"));
        soon("it is told", || live.health().state == State::Stale);
        let health = live.health();
        let told = health.last_failure.clone().unwrap();
        assert!(told.contains(why), "{told}");
        assert!(!format!("{health:?} {health}").contains(HIDDEN));
        assert_eq!((live.snapshot().port, health.generation), (1, 1));
        bench.write("app.json", text(2));
        soon("it has recovered", || live.snapshot().port == 2);
        soon("and says so", || live.health().state == State::Fresh);
        assert_eq!(live.health().last_failure, None);
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

fn rename_over(path: &Path, text: &str) {
    let other = path.with_extension("new");
    fs::write(&other, text).unwrap();
    fs::rename(other, path).unwrap();
}

fn delete_and_recreate(path: &Path, text: &str) {
    fs::remove_file(path).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_file_that_is_edited_in_place_is_read_again() {
    is_seen(&[write, write, write]);
}

#[test]
fn a_file_that_another_is_renamed_over_is_read_again() {
    is_seen(&[rename_over, rename_over, write, rename_over]);
}

#[test]
fn a_file_that_is_deleted_and_made_again_is_read_again() {
    is_seen(&[delete_and_recreate, delete_and_recreate, write]);
}

#[test]
fn a_file_that_is_deleted_for_long_is_missed_until_it_is_back() {
    is_kept(|path| fs::remove_file(path).unwrap(), "port, token: missing");
}

#[test]
fn a_file_that_is_empty_leaves_the_settings_as_they_are() {
    is_kept(|path| write(path, ""), "app.json");
}

#[test]
fn a_file_that_is_cut_off_leaves_the_settings_as_they_are() {
    is_kept(
        |path| {
            let file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(text(1).len() as u64 - 5).unwrap();
        },
        "app.json",
    );
}

#[test]
fn a_file_that_a_directory_takes_the_place_of_leaves_the_settings_as_they_are() {
    let bench = Bench::new();
    let live = started(&bench, true);
    fs::remove_file(bench.at("app.json")).unwrap();
    fs::create_dir(bench.at("app.json")).unwrap();
    soon("it is told", || live.health().state == State::Stale);
    assert_eq!(live.snapshot().port, 1);
    fs::remove_dir(bench.at("app.json")).unwrap();
    bench.write("app.json", text(2));
    soon("it has recovered", || live.snapshot().port == 2);
}
