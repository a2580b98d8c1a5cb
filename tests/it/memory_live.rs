//! What is left of secrets of live settings, in a process where these go on.

use std::process::Command;

use config_tests::memory::{Census, Paused, canary, fingerprint};

const SIZES: [usize; 3] = [40, 200, 5_000];

/// What there is of the secret of a file after that; as memory is, and where none is used twice.
fn left_after(how: &str, size: usize) -> [Census; 2] {
    [None, Some("QUARANTINE")].map(|mode| {
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
        paused.census(canary.as_bytes()).unwrap()
    })
}

#[test]
fn nothing_is_left_of_a_secret_that_was_replaced() {
    for size in SIZES {
        for census in left_after("replaced", size) {
            assert_eq!((census.full(), census.partial()), (0, 0), "{size} bytes: {census:?}");
        }
    }
}

#[test]
fn comparing_leaves_no_copy_beside_the_current_one() {
    for size in SIZES {
        for census in left_after("same", size) {
            assert_eq!((census.full(), census.partial()), (1, 0), "{size} bytes: {census:?}");
        }
    }
}

#[test]
fn nothing_grows_and_nothing_is_left_while_files_change_and_sources_fail() {
    let figures = config_tests::soak::steady::run(env!("CARGO_BIN_EXE_live-soak"), 20);
    assert!(figures.written > 200, "{figures:?}");
}
