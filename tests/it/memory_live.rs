//! What is left of secrets of live settings, in a process where these go on.

use std::process::Command;
use std::thread;
use std::time::Duration;

use config_tests::crafted::{Scene, Store, Vendor};
use config_tests::memory::{Census, Paused, Region, canary, fingerprint};
use config_tests::soak::steady::{self, Memory, Pace};
use config_tests_servers::http::Response;

const SIZES: [usize; 3] = [40, 200, 5_000];

const SOAK: &str = env!("CARGO_BIN_EXE_live-soak");

/// Asserts that so many whole copies of the secret of a file are there after that, and no part of one; as memory is, and
/// where none is used twice. A refresh that runs while it is looked has copies of its own: what is left, is left for good.
#[track_caller]
fn assert_left_after(how: &str, whole: usize) {
    for (size, mode) in
        SIZES.into_iter().flat_map(|size| [(size, None), (size, Some("QUARANTINE"))])
    {
        let canary = canary(size);
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a.json");
        std::fs::write(&file, format!("{{\"token\": \"{canary}\"}}")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_memory-live"));
        command
            .args([how.as_ref(), file.as_os_str()])
            .env_clear()
            .envs(mode.map(|name| (name, "")));
        let paused = Paused::start(&mut command).unwrap();
        assert_eq!(paused.said, fingerprint(canary.as_bytes()));
        let is_clean = |census: &Census| (census.full(), census.partial()) == (whole, 0);
        let mut census = paused.census(canary.as_bytes()).unwrap();
        for _ in 0..20 {
            if is_clean(&census) {
                break;
            }
            thread::sleep(Duration::from_millis(200));
            census = paused.census(canary.as_bytes()).unwrap();
        }
        assert!(is_clean(&census), "{size} bytes: {census:?}");
    }
}

#[test]
fn nothing_is_left_of_a_secret_that_was_replaced() {
    assert_left_after("replaced", 0);
}

/// Clients of others leave copies of what passes through them, which the allocator wipes; what is kept it leaves alone.
#[test]
fn nothing_is_kept_of_what_was_answered_to_a_token_that_was_replaced() {
    for size in SIZES {
        let (value, credential) = (canary(size), canary(40));
        let store = Store::start(Vendor::Vault, |request, scene, response| {
            let token = request.headers.value("x-vault-token").unwrap_or_default();
            let another = r#"{"data": {"data": {"token": "another"}, "metadata": {"version": 7}}}"#;
            match token == scene.credential {
                true => response,
                false => Response::json(200, &serde_json::from_str(another).unwrap()),
            }
        });
        store.hold(Scene {
            document: format!("{{\"token\": \"{value}\"}}").into_bytes(),
            credential,
            ..Scene::empty()
        });
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("told.env");
        let told = store.told().variables;
        let lines: String = told.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        std::fs::write(&file, lines).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_memory-live"));
        command.args(["another token".as_ref(), file.as_os_str()]).env_clear().env("WIPING", "");
        let paused = Paused::start(&mut command).unwrap();
        assert_eq!(paused.said, fingerprint(value.as_bytes()));
        let left = || {
            let census = paused.census(value.as_bytes()).unwrap();
            census.copies.iter().filter(|copy| copy.region != Region::Stack).count()
        };
        let is_clean = (0..20).any(|_| {
            left() == 0 || {
                thread::sleep(Duration::from_millis(200));
                false
            }
        });
        assert!(is_clean, "{size} bytes: {} copies", left());
    }
}

#[test]
fn comparing_leaves_no_copy_beside_the_current_one() {
    assert_left_after("same", 1);
}

#[test]
fn nothing_grows_and_nothing_is_left_while_files_change_and_sources_fail() {
    let figures = steady::run(SOAK, 120, Pace::Easy, Memory::AsItIs);
    assert!(figures.written > 100 && figures.asked > 100, "{figures:?}");
}

#[test]
fn nothing_is_left_of_what_a_store_had_where_memory_is_wiped() {
    let figures = steady::run(SOAK, 30, Pace::Easy, Memory::Wiped);
    assert!(figures.asked > 20, "{figures:?}");
}
