//! What the program prints: the settings, none of the secrets, and where each value came from.

use std::process::Command;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");

fn run(program: &str, directory: &str) -> String {
    let output = Command::new(program).env_clear().current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_settings_are_loaded_whatever_the_working_directory_is() {
    let text = run(env!("CARGO_BIN_EXE_quickstart"), "/");
    assert!(text.contains("port: 9000"), "{text}");
    assert!(text.contains("timeout: 30s"), "{text}");
    assert!(text.contains("by a URL of 50 characters"), "{text}");
}

#[test]
fn the_table_tells_where_each_value_came_from() {
    let text = run(env!("CARGO_BIN_EXE_quickstart"), "/");
    let origin = |field: &str| {
        let row = text.lines().rev().find(|line| line.trim_start().starts_with(field));
        row.unwrap_or_else(|| panic!("no row for {field} in:\n{text}")).to_owned()
    };
    assert!(origin("anthropic_api_key (secret)").contains("dotenv"));
    assert!(origin("database_url (secret)").contains("file secrets.json#database_url"));
    assert!(origin("port").contains("dotenv") && origin("port").contains("file secrets.json#port"));
    assert!(origin("timeout").contains("default"));
    assert!(origin("smtp.password (secret)").contains("file secrets.json#smtp.password"));
}

#[test]
fn no_secret_is_printed() {
    for (program, directory) in
        [(env!("CARGO_BIN_EXE_quickstart"), "/"), (env!("CARGO_BIN_EXE_readme"), SAMPLES)]
    {
        let text = run(program, directory);
        assert!(!text.contains("not-a-real"), "{text}");
        assert!(text.contains("[REDACTED]"), "{text}");
    }
}

#[test]
fn the_table_in_the_readme_is_the_real_one() {
    let text = run(env!("CARGO_BIN_EXE_quickstart"), "/");
    let table = text.find("Settings: 8 settings").map(|at| &text[at..]).unwrap();
    assert!(words(&readme()).contains(&words(table)), "{table}");
}

/// The words of a text as it reads in a checkout in /srv: how lines are broken depends on how long the paths are. Whether
/// others can read the samples depends on who checked them out.
fn words(text: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR").strip_suffix("/examples/quickstart").unwrap();
    let lines = text.lines().filter(|line| !line.contains("can be read by other users"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ").replace(root, "/srv/config-core")
}

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap()
}

#[test]
fn the_first_example_of_the_readme_runs_as_it_stands_there() {
    let text = run(env!("CARGO_BIN_EXE_readme"), SAMPLES);
    assert!(text.contains("port: 9000"), "{text}");
    assert!(text.contains("connecting with 50 characters"), "{text}");

    let readme = readme();
    let (_, from) = readme.split_once("```rust,no_run\n").unwrap();
    let (block, _) = from.split_once("```").unwrap();
    assert_eq!(block, include_str!("../src/bin/readme.rs"));
}
