use super::{Recording, Sandbox, assert_no_secrets, load, load_with};
use crate::secret::{ExposeSecret, SecretString};
use crate::source::{Failure, FailureKind};

/// Settings with what the kit has to tell apart: secrets, settings, a nested struct, lists.
#[derive(Debug, config_core_derive::Secrets)]
#[secrets(crate = "crate", prefix = "APP", sources(env, dotenv, file("secrets.json")))]
struct Settings {
    /// Token of the API.
    #[secret(required, format = "tok_verylongprefix_*")]
    token: SecretString,
    /// Where it listens.
    #[setting(default = "localhost")]
    host: String,
    /// Keys that were valid before.
    #[secret(format = any)]
    old_keys: Option<Vec<SecretString>>,
    #[nested]
    database: Database,
}

/// The database.
#[derive(Debug, config_core_derive::Secrets)]
#[secrets(crate = "crate")]
struct Database {
    /// Password of the account.
    #[secret(format = any)]
    password: Option<SecretString>,
}

const TOKEN: (&str, &str) = ("APP_TOKEN", "tok_verylongprefix_n0tRealAtAll");

#[test]
fn a_load_from_pairs_sees_neither_the_process_nor_any_file() {
    let loaded = load::<Settings>([TOKEN]).unwrap();
    assert_eq!(loaded.settings.token.expose_secret(), TOKEN.1);
    assert_eq!(loaded.settings.host, "localhost");
    let failed = load::<Settings>([("PATH", "")]).unwrap_err();
    assert!(failed.to_string().contains("env APP_TOKEN (not set)"), "{failed}");
}

#[test]
fn a_sandbox_gives_its_files_by_priority() {
    let sandbox = Sandbox::new();
    sandbox
        .file(".env", "APP_HOST=from-env-file\n")
        .file("secrets.json", r#"{"host": "x", "token": "y"}"#);
    let loaded = sandbox.load::<Settings>([TOKEN]).unwrap();
    assert_eq!(loaded.settings.host, "from-env-file");
    assert!(loaded.report.origin("host").unwrap().to_string().starts_with("dotenv"));
    assert!(
        loaded.report.warnings().is_empty(),
        "its files are its owner's alone: {:?}",
        loaded.report.warnings()
    );
}

#[test]
fn a_sandbox_is_its_own_and_goes_when_dropped() {
    let (first, second) = (Sandbox::new(), Sandbox::new());
    assert_ne!(first.path(), second.path());
    assert_eq!(std::fs::read_dir(first.path()).unwrap().count(), 0);
    let path = first.file("a/b/c.txt", "text").path().to_owned();
    assert_eq!(std::fs::read_to_string(path.join("a/b/c.txt")).unwrap(), "text");
    drop(first);
    assert!(!path.exists() && !path.parent().unwrap().exists());
}

#[test]
#[should_panic(expected = "leads out of the sandbox")]
fn a_sandbox_writes_nowhere_else() {
    Sandbox::new().file("../escaped", "");
}

#[test]
fn every_secret_that_a_source_gave_is_known_also_those_that_lost() {
    let sandbox = Sandbox::new();
    sandbox.file("secrets.json", r#"{"old_keys": ["an-old-fake-key", "older-fake-key!"], "database": {"password": 1234567890}}"#);
    let loaded = sandbox.load::<Settings>([TOKEN]).unwrap();
    assert_eq!(loaded.settings.old_keys.unwrap().len(), 2);
    for (path, secret) in [
        ("token", TOKEN.1),
        ("old_keys", "an-old-fake-key"),
        ("old_keys", "older-fake-key!"),
        ("database.password", "1234567890"),
    ] {
        let leaks = loaded.secrets.leaks(secret);
        assert!(leaks.iter().any(|leak| leak.path() == path), "{path}: {leaks:?}");
    }
}

#[test]
fn the_secrets_of_a_load_that_failed_are_known_too() {
    let failed = load::<Settings>([("APP_TOKEN", "sk_this-is-no-such-token")]).unwrap_err();
    assert_eq!(failed.secrets.leaks("got sk_this-is-no").len(), 1);
    assert_no_secrets(failed.to_string(), &failed);
    assert_no_secrets(format!("{failed:?}"), &failed);
}

#[test]
fn settings_and_the_words_of_the_declaration_are_no_secrets() {
    let url = ("APP_HOST", "db.example.internal");
    let loaded =
        load::<Settings>([TOKEN, url, ("APP_DATABASE_PASSWORD", "pw@db.example.internal")])
            .unwrap();
    assert!(
        loaded.secrets.leaks("expected tok_verylongprefix_*, host db.example.internal").is_empty()
    );
    assert_eq!(loaded.secrets.leaks("longprefix_n0t").len(), 1);
    assert_eq!(loaded.secrets.leaks("pw@db.ex").len(), 1);
}

#[test]
fn a_source_that_records_tells_what_it_was_asked_and_how_often() {
    let vault = Recording::pairs("vault", [("database.password", "n0t-a-real-one")]);
    let asked = vault.asked();
    let loaded = load_with(Sandbox::new().loader::<Settings>([TOKEN]).source(vault)).unwrap();
    assert_eq!(loaded.settings.database.password.unwrap().expose_secret(), "n0t-a-real-one");
    assert_eq!(asked.times(), 1);
    assert_eq!(asked.paths(), ["host", "old_keys", "database.password"]);
}

#[test]
fn a_source_that_fails_is_told_of_every_field_that_needed_it() {
    let vault = Recording::failing("vault", Failure::new(FailureKind::Denied, "permission denied"));
    let failed = load_with(Sandbox::new().loader::<Settings>([TOKEN]).source(vault)).unwrap_err();
    let paths: Vec<&str> = failed.error.iter().map(crate::Problem::path).collect();
    assert_eq!(paths, ["host", "old_keys", "database.password"]);
}

#[test]
fn a_planted_leak_of_a_load_is_found() {
    let loaded = load::<Settings>([TOKEN]).unwrap();
    let planted = format!("{:?}", loaded.settings.token.expose_secret());
    let panic =
        std::panic::catch_unwind(|| assert_no_secrets(&planted, &loaded.secrets)).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("line 1 holds `token`"));
}

#[test]
#[should_panic(expected = "no secret was loaded")]
fn a_load_without_a_secret_proves_nothing() {
    let failed = load::<Settings>([("APP_HOST", "localhost")]).unwrap_err();
    assert_no_secrets(failed.to_string(), &failed);
}
