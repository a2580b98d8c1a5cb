//! What the report says of each mistake.

use std::process::Command;

fn output() -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_errors")).env_clear().current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_problem_is_told_at_once_in_the_order_of_the_declaration() {
    let text = output();
    assert!(text.starts_with("8 settings could not be loaded"), "{text}");
    let fields = [
        "anthropic_api_key",
        "database_url",
        "admin_token",
        "pin",
        "port",
        "timeout",
        "log_level",
        "smtp.password",
    ];
    let places: Vec<usize> =
        fields.map(|field| text.find(&format!("\n  {field} ")).expect(field)).to_vec();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn each_problem_is_told_apart() {
    let text = output();
    for words in [
        "missing",
        "empty",
        "expected a URL with scheme postgres or postgresql; got 45 characters",
        "quote it",
        "80 is not within 1024..=65535",
        "not one of error, warn, info, debug",
    ] {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
}

#[test]
fn a_name_that_is_nearly_right_is_recognised() {
    let text = output();
    assert!(text.contains("did you mean APP_PORT?"), "{text}");
    assert!(text.contains("did you mean smtp.password?"), "{text}");
}

#[test]
fn no_byte_of_a_secret_is_printed() {
    let text = output();
    for piece in ["not-a-real", "mysql", "12345678"] {
        assert!(!text.contains(piece), "{text}");
    }
}

#[test]
fn the_report_in_the_readme_is_the_real_one() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    assert!(words(&readme).contains(&words(&output())), "{}", output());
}

/// The words of a text as it reads in a checkout in /srv: how lines are broken depends on how long the paths are. Whether
/// others can read the samples depends on who checked them out.
fn words(text: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR").strip_suffix("/examples/errors").unwrap();
    let lines = text.lines().filter(|line| !line.contains("can be read by other users"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ").replace(root, "/srv/config-core")
}
