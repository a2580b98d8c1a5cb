//! Loads that need an environment of a process of their own.

use std::process::Command;

/// Says in a process what it was made for.
const MARK: &str = "CONFIG_TESTS_REMOTE_CHILD";

/// Whether this process was made for one test.
pub(crate) fn is_child() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Runs a test again, alone in a process that has these variables and no others, and gives what it printed.
#[track_caller]
pub(crate) fn again(test: &str, pairs: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env_clear()
        .env(MARK, "1")
        .envs(pairs.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{test}: {text}\n{errors}");
    text
}
