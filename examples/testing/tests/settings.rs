//! How an application tests its settings: no test touches the process environment or the working directory, so all of
//! them run at the same time.

use std::process::Command;

use ::testing::{Settings, greeting};
use config_core::testing::{self, Recording, Sandbox, assert_no_secrets};
use config_core::{ExposeSecret, Failure, FailureKind, ProblemKind};

/// What every test needs. The values have the declared formats and are plainly not real.
const SECRETS: [(&str, &str); 2] = [
    ("BILLING_DATABASE_URL", "postgres://app:n0t-a-real-one@db.example/billing"),
    ("BILLING_SIGNING_KEY", "not-a-real-signing-key"),
];

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&SECRETS, more].concat()
}

#[test]
fn the_defaults_are_enough_beside_the_secrets() -> Result<(), config_core::Error> {
    let loaded = testing::load::<Settings>(SECRETS)?;
    assert_eq!(loaded.settings.workers, 4);
    assert_eq!(loaded.settings.connections, 8);
    Ok(())
}

#[test]
fn a_file_gives_what_the_environment_lacks() -> Result<(), config_core::Error> {
    let sandbox = Sandbox::new();
    sandbox.file("secrets.json", r#"{"signing_key": "a-key-out-of-the-file", "workers": 2}"#);
    let loaded = sandbox.load::<Settings>([SECRETS[0], ("BILLING_WORKERS", "6")])?;
    assert_eq!(loaded.settings.signing_key.expose_secret(), "a-key-out-of-the-file");
    assert_eq!(loaded.settings.workers, 6);
    assert_eq!(loaded.report.origin("workers").unwrap().to_string(), "env BILLING_WORKERS");
    Ok(())
}

#[test]
fn more_workers_than_connections_are_refused() {
    let failed = testing::load::<Settings>(with(&[("BILLING_WORKERS", "64")])).unwrap_err();
    let problem = failed.error.iter().next().unwrap();
    assert_eq!((problem.path(), problem.kind()), ("connections", ProblemKind::Refused));
    assert_no_secrets(failed.error.to_string(), &failed);
}

#[test]
fn production_reads_no_env_file_and_asks_the_vault_once() -> Result<(), config_core::Error> {
    let sandbox = Sandbox::new();
    sandbox.file(".env", "BILLING_SIGNING_KEY=a-developers-own-key");
    let vault = Recording::pairs("vault", [("signing_key", "the-key-of-production")]);
    let asked = vault.asked();

    let loader = sandbox.loader::<Settings>([SECRETS[0]]).profile("production").source(vault);
    let loaded = testing::load_with(loader)?;

    assert_eq!(loaded.settings.signing_key.expose_secret(), "the-key-of-production");
    assert_eq!(asked.times(), 1);
    assert!(!asked.paths().contains(&"database_url".to_owned()), "the environment had it");
    Ok(())
}

#[test]
fn a_vault_that_is_down_is_told_and_nothing_weaker_is_used() {
    let sandbox = Sandbox::new();
    sandbox.file(".env", "BILLING_SIGNING_KEY=a-developers-own-key");
    let down =
        Recording::failing("vault", Failure::new(FailureKind::Unreachable, "no answer within 2 s"));
    let loader = sandbox.loader::<Settings>([SECRETS[0]]).profile("production").source(down);
    let failed = testing::load_with(loader).unwrap_err();
    assert!(failed.error.iter().any(|problem| problem.kind() == ProblemKind::Unreachable));
}

#[test]
fn no_text_of_the_application_holds_a_secret() -> Result<(), config_core::Error> {
    let loaded = testing::load::<Settings>(SECRETS)?;
    assert_no_secrets(format!("{:?}", loaded.settings), &loaded);
    assert_no_secrets(loaded.report.to_string(), &loaded);

    // The name of the host is a part of the URL, and the greeting is meant to show it. Everything else is still found.
    let leaks = loaded.secrets.leaks(greeting(&loaded.settings));
    assert!(
        leaks.iter().all(|leak| leak.path() == "database_url" && !leak.is_whole()),
        "{leaks:?}"
    );
    Ok(())
}

#[test]
#[should_panic(expected = "line 1 holds `signing_key`, as base64")]
fn a_planted_leak_is_found() {
    let loaded = testing::load::<Settings>(SECRETS).unwrap();
    assert_no_secrets("Authorization: Basic YXBwOm5vdC1hLXJlYWwtc2lnbmluZy1rZXk=", &loaded);
}

#[test]
fn the_program_greets() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_testing")).env_clear().current_dir("/").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("billing with 4 workers, database at db.example\n"), "{text}");
}
