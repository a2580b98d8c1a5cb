//! What each profile reads, as the program tells it.

use std::process::Command;

fn output() -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_layered")).env_clear().current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What the program says of one profile.
fn of(profile: &str) -> String {
    let text = output();
    let mut parts = text.split("Settings {").skip(1);
    let index =
        ["development", "staging", "production"].iter().position(|name| *name == profile).unwrap();
    parts.nth(index).unwrap().to_owned()
}

#[test]
fn development_has_the_common_file_and_env() {
    let text = of("development");
    assert!(text.contains("host: \"localhost\", pool: 5"), "{text}");
    assert!(text.contains("profile development"), "{text}");
}

#[test]
fn staging_overlays_the_common_file_and_the_common_env() {
    let text = of("staging");
    assert!(
        text.contains("log_level: \"debug\"")
            && text.contains("host: \"db.staging.example\", pool: 5"),
        "{text}"
    );
    assert!(text.contains(".env.staging"), "{text}");
}

#[test]
fn production_reads_a_directory_and_no_env_file() {
    let text = of("production");
    assert!(text.contains("host: \"db.production.example\", pool: 50"), "{text}");
    let (table, _) = text.split_once("`prodution`").unwrap();
    assert!(table.contains("secrets/database.password") && !table.contains("dotenv"), "{text}");
}

#[test]
fn an_unknown_profile_is_refused_with_the_known_ones() {
    assert!(output().contains("did you mean production?"), "{}", output());
}

#[test]
fn no_secret_is_printed() {
    assert!(!output().contains("not-a-real"), "{}", output());
}
