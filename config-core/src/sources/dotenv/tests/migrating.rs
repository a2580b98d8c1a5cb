//! The dialect of `dotenvy`.

use proptest::prelude::*;

use super::super::dotenvy::scan;
use super::{Dotenv, ask, ask_all, directory, failure, found, secret, setting};
use crate::source::{Claims, FailureKind, Source};

fn migrated(text: &str) -> (tempfile::TempDir, Dotenv) {
    let directory = directory(&[(".env", text)]);
    let source = Dotenv::dotenvy().path(directory.path().join(".env"));
    (directory, source)
}

fn value(text: &str) -> String {
    let (_directory, source) = migrated(text);
    super::value(&source)
}

#[test]
fn values_are_read_as_dotenvy_reads_them() {
    assert_eq!(value("A='a'\"b\"c\n"), "abc");
    assert_eq!(value("A=a\\ b\n"), "a b");
    assert_eq!(value("B=1\nA=$B-${B}\n"), "1-1");
    assert_eq!(value("A=b #c\n"), "b");
    assert_eq!(value("\u{feff}A=b\n"), "b");
}

#[test]
fn of_a_key_that_stands_twice_the_first_counts() {
    let (_directory, source) = migrated("A=1\nA=2\n");
    assert_eq!(super::value(&source), "1");
    assert!(
        source
            .remarks(&Claims { keys: &[], prefix: "" })
            .iter()
            .any(|remark| remark.ends_with("(lines 1, 2); the first one counts"))
    );
}

#[test]
fn the_places_are_those_in_the_file() {
    let text = "\u{feff}# c\n\nexport  e = 'x\ny' # c\n# 'c\n  B=\"1\n\n2\"\r\nA=\u{e9}\n";
    let (_directory, source) = migrated(text);
    let place = |name: &str| {
        let at = found(ask(&source, setting(&[name]))).1.position();
        (at.line, at.column)
    };
    assert_eq!((place("e"), place("B"), place("A")), ((3, 13), (6, 5), (9, 3)));
}

#[test]
fn an_error_tells_the_line_and_nothing_of_its_text() {
    let (directory, source) = migrated("# c\nA=1\n\n  B='x\ny\n");
    let failure = failure(ask_all(&source, &[setting(&["A"])]));
    assert_eq!(failure.kind(), FailureKind::Malformed);
    let path = directory.path().join(".env");
    assert_eq!(
        failure.to_string(),
        format!("{}, line 4, column 3: dotenvy cannot read this line", path.display())
    );
}

#[test]
fn a_secret_may_stand_in_a_file_that_its_variable_names() {
    let directory = directory(&[(".env", "A_FILE=a\n"), ("a", "hush\n")]);
    let source = Dotenv::dotenvy().path(directory.path());
    assert_eq!(found(ask(&source, secret(&["A"]))).0, "hush");
}

#[test]
fn a_line_longer_than_any_buffer_is_read_whole() {
    let long = "x".repeat(100_000);
    assert_eq!(value(&format!("B=1\nA={long}\n")), long);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn an_error_holds_no_four_characters_of_a_value(secret in "[A-Z0-9]{4,24}", at in 0..4_usize) {
        let text = [format!("A='{secret}"), format!("A={secret} x"), format!("{secret} x=y"), format!("A=\"{secret}\\q\"")][at].clone();
        let Err(error) = scan(&text) else { return Ok(()) };
        let told = format!("{error} {error:?}");
        for from in 0..=secret.len() - 4 {
            prop_assert!(!told.contains(&secret[from..from + 4]), "{}", told);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(A=|export |\\$\\{A|\\$|\\}|\"|'|\n|\r|\\\\|[é #AB:]){0,30}|\\PC{0,40}") {
        let _ = scan(&text);
    }
}
