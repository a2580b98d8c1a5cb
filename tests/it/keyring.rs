//! The keyring of a desktop, without the desktop: `gnome-keyring-daemon` on a session bus of its own.

mod identity;
mod runtimes;

use std::ffi::OsStr;
use std::time::Duration;

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, block_on, child, kinds, only};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, keyring("config-tests")))]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
    #[secret(format = any, keyring = "me@example.org")]
    named: Option<SecretString>,
    #[setting(default = 25)]
    port: u16,
}

/// What unlocks the keyring, puts entries into it, and then runs the test.
const UNLOCKED: &str = "set -e
printf password | gnome-keyring-daemon --unlock --components=secrets > /dev/null
store() { printf %s \"$2\" | secret-tool store --label=x service config-tests username \"$1\"; }
store token canary-of-the-keyring
store me@example.org two
store port 2525
exec \"$@\"";

/// The same keyring in a session in which nobody has unlocked it.
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets > /dev/null
exec \"$@\"";

fn in_session(bench: &Bench, script: &str, test: &str) {
    let home = bench.path().as_os_str();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let variables: [(&str, &OsStr); 4] =
        [("HOME", home), ("XDG_RUNTIME_DIR", home), ("XDG_DATA_HOME", home), ("PATH", &path)];
    let around = ["dbus-run-session", "--", "sh", "-c", script, "sh"];
    child::again_within(&around, module_path!(), test, bench.path(), &variables);
}

#[test]
fn entries_are_read_from_the_keyring_that_is_unlocked() {
    if !child::is_child() {
        let test = "entries_are_read_from_the_keyring_that_is_unlocked";
        return in_session(&Bench::new(), UNLOCKED, test);
    }
    let loaded = Settings::loader().env(NOTHING).load_report().unwrap();
    assert_eq!(loaded.settings.token.expose_secret(), "canary-of-the-keyring");
    assert_eq!(loaded.settings.named.unwrap().expose_secret(), "two");
    assert_eq!(loaded.settings.port, 2525);
    let origin = loaded.report.origin("token").unwrap().to_string();
    assert_eq!(origin, "keyring config-tests#token");
    let settings = block_on(Settings::loader().env([("APP_PORT", "1")]).load_async()).unwrap();
    assert_eq!((settings.token.expose_secret(), settings.port), ("canary-of-the-keyring", 1));
}

#[derive(Debug, Secrets)]
#[secrets(sources(keyring("config-tests")))]
struct Missing {
    #[secret(required, format = any)]
    none: SecretString,
}

#[test]
fn an_entry_that_is_not_there_is_missing_and_the_command_that_adds_it_is_told() {
    if !child::is_child() {
        let test = "an_entry_that_is_not_there_is_missing_and_the_command_that_adds_it_is_told";
        return in_session(&Bench::new(), UNLOCKED, test);
    }
    let problem = only(Missing::load().map(|settings| settings.none));
    assert_eq!(problem.kind(), ProblemKind::Missing);
    assert_eq!(problem.tried()[0].to_string(), "keyring config-tests#none (no such entry)");
    let hint = problem.hint().unwrap();
    assert!(hint.contains("secret-tool store"), "{hint}");
}

#[test]
fn a_keyring_that_is_locked_is_denied() {
    if !child::is_child() {
        let bench = Bench::new();
        in_session(&bench, UNLOCKED, "entries_are_read_from_the_keyring_that_is_unlocked");
        return in_session(&bench, LOCKED, "a_keyring_that_is_locked_is_denied");
    }
    let begin = std::time::Instant::now();
    let loader = Settings::loader().env(NOTHING).deadline(Duration::from_secs(20));
    let found = kinds(loader.load());
    let denied = |path: &str| (path.to_owned(), ProblemKind::Denied);
    assert_eq!(found, [denied("token"), denied("named"), denied("port")]);
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
}

#[test]
fn without_a_session_bus_the_keyring_is_unreachable() {
    if !child::is_child() {
        let bench = Bench::new();
        let test = "without_a_session_bus_the_keyring_is_unreachable";
        let variables = [("XDG_RUNTIME_DIR", bench.path().as_os_str())];
        child::again(module_path!(), test, bench.path(), &variables);
        return;
    }
    let problem = only(Missing::load());
    assert_eq!(problem.kind(), ProblemKind::Unreachable);
    assert!(problem.message().contains("no keyring answers"), "{}", problem.message());
}
