//! What is answered for a key.

use std::path::Path;

use super::{ask, directory, found, read, searched, secret, setting, value};
use crate::source::{Answer, FailureKind, Key};
use crate::value::{Position, Value};

fn plain(text: &str) -> (tempfile::TempDir, super::Dotenv) {
    read(text, |source| source)
}

#[test]
fn the_origin_tells_the_key_the_file_and_the_place_of_the_value() {
    let directory = directory(&[(".env", "# c\nexport A = 'b'\n")]);
    let (text, origin) = found(ask(&*searched(directory.path()), setting(&["A"])));
    assert_eq!((text.as_str(), origin.key()), ("b", "A"));
    assert_eq!(origin.file(), Some(&*directory.path().join(".env")));
    assert_eq!(origin.position(), Position { line: 2, column: 12 });
}

#[test]
fn an_older_name_is_asked_after_the_newer_and_shows_in_the_origin() {
    let directory = directory(&[(".env.local", "OLD=local"), (".env", "NEW=plain")]);
    let source = searched(directory.path());
    assert_eq!(found(ask(&*source, setting(&["NEW", "OLD"]))).0, "plain");
    let (text, origin) = found(ask(&*source, setting(&["NEWEST", "OLD"])));
    assert_eq!((text.as_str(), origin.key()), ("local", "OLD"));
}

#[test]
fn names_are_told_apart_by_case() {
    let (_directory, source) = plain("a=b");
    assert!(matches!(ask(&source, setting(&["A"])), Answer::Absent(_)));
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts_even_where_it_is_empty() {
    let (_directory, source) = plain("A=1\nAB=x\nA=2");
    assert_eq!(value(&source), "2");
    let (_directory, source) = plain("A=1\nA=");
    assert!(
        matches!(ask(&source, setting(&["A"])), Answer::Empty(origin) if origin.position().line == 2)
    );
}

#[test]
fn an_absent_key_tells_the_files_that_were_read() {
    let (directory, source) = plain("B=1");
    match ask(&source, setting(&["A"])) {
        Answer::Absent(absence) => {
            assert_eq!(
                absence.to_string(),
                format!("A (not in {})", directory.path().join(".env").display())
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_lies_in_a_buffer_of_exactly_its_size() {
    for written in ["abc", "'a\r\nbc'", "\"a\\n\\x\"", "\"${E}!\"", "${E:-x}y"] {
        for expanded in [false, true] {
            let (_directory, source) =
                read(
                    &format!("A={written}"),
                    |source| if expanded { source.expand() } else { source },
                );
            let Answer::Value(found) = ask(&source, setting(&["A"])) else { panic!("{written}") };
            let Value::Text(text) = found.node.value else { panic!("{written}") };
            assert_eq!(text.capacity(), text.len(), "{written}");
        }
    }
}

#[test]
fn a_secret_may_stand_in_a_file_that_its_variable_names() {
    let directory = directory(&[(".env", "A_FILE=run/a"), ("run/a", "hush\n\n")]);
    let (text, origin) = found(ask(&*searched(directory.path()), secret(&["A"])));
    assert_eq!((text.as_str(), origin.key()), ("hush\n", "A_FILE"));
    assert_eq!(origin.file(), Some(&*directory.path().join("run/a")));
}

#[test]
fn one_line_end_of_either_sort_is_stripped_from_such_a_file() {
    for (content, expected) in [
        ("a", "a"),
        ("a\n", "a"),
        ("a\r\n", "a"),
        ("a\n\r\n", "a\n"),
        ("a\r", "a\r"),
        (" a ", " a "),
    ] {
        let directory = directory(&[(".env", "A_FILE=a"), ("a", content)]);
        assert_eq!(found(ask(&*searched(directory.path()), secret(&["A"]))).0, expected);
    }
}

#[test]
fn such_a_file_is_relative_to_the_env_file() {
    let directory = directory(&[("conf/.env", "A_FILE=a"), ("conf/a", "near"), ("a", "far")]);
    let source = super::opened(directory.path(), Some(("conf", true)), None, &[]);
    assert_eq!(found(ask(&*source, secret(&["A"]))).0, "near");
}

#[test]
fn the_first_file_that_has_the_variable_or_its_file_wins() {
    let look = |local: &str, plain: &str| {
        let directory =
            directory(&[(".env.local", local), (".env", plain), ("a", "file"), ("empty", "\n")]);
        found(ask(&*searched(directory.path()), secret(&["A", "OLD"]))).0
    };
    assert_eq!(look("A_FILE=a", "A=plain"), "file");
    assert_eq!(look("A=local", "A_FILE=a"), "local");
    assert_eq!(look("A=local\nA_FILE=a", "A=plain"), "local");
    assert_eq!(look("A=\nA_FILE=a", "A=plain"), "file");
    assert_eq!(look("A=\nA_FILE=", "A=plain"), "plain");
    assert_eq!(look("A_FILE=empty", "A=plain"), "plain");
    assert_eq!(look("OLD=local\nOLD_FILE=a", "A_FILE=a"), "file");
}

#[test]
fn a_file_that_the_first_one_names_and_that_is_missing_is_not_passed_over_for_the_next() {
    let directory = directory(&[(".env.local", "A_FILE=nowhere"), (".env", "A=plain")]);
    assert!(matches!(
        ask(&*searched(directory.path()), secret(&["A"])),
        Answer::Failed(failure) if failure.kind() == FailureKind::NotFound
    ));
}

#[test]
fn a_setting_has_no_such_file() {
    let directory = directory(&[(".env", "A_FILE=a"), ("a", "file")]);
    assert!(matches!(ask(&*searched(directory.path()), setting(&["A"])), Answer::Absent(_)));
}

#[test]
fn such_a_file_that_is_missing_is_a_failure_and_never_passed_over() {
    let (directory, source) = plain("NEW_FILE=./nowhere\nOLD=x");
    match ask(&source, secret(&["NEW", "OLD"])) {
        Answer::Failed(failure) => {
            assert_eq!(failure.kind(), FailureKind::NotFound);
            let path = directory.path().join("./nowhere");
            assert_eq!(failure.to_string(), format!("{}: NEW_FILE: no such file", path.display()));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn such_a_file_that_is_empty_counts_as_absent() {
    let directory = directory(&[(".env", "NEW_FILE=a\nOLD=x"), ("a", "\n")]);
    let source = searched(directory.path());
    assert_eq!(found(ask(&*source, secret(&["NEW", "OLD"]))).0, "x");
    assert!(
        matches!(ask(&*source, secret(&["NEW"])), Answer::Empty(origin) if origin.key() == "NEW_FILE")
    );
}

#[test]
fn such_a_file_that_is_not_text_is_a_failure_unless_bytes_are_wanted() {
    let (directory, source) = plain("A_FILE=a");
    std::fs::write(directory.path().join("a"), b"\xFFhush\n").unwrap();
    match ask(&source, secret(&["A"])) {
        Answer::Failed(failure) => {
            let path = directory.path().join("a");
            assert_eq!(
                failure.to_string(),
                format!("{}, line 1, column 1: A_FILE: is not UTF-8", path.display())
            );
        }
        other => panic!("{other:?}"),
    }
    let Answer::Value(found) = ask(&source, Key { binary: true, ..secret(&["A"]) }) else {
        panic!("bytes were expected")
    };
    assert!(matches!(found.node.value, Value::Bytes(bytes) if bytes.as_slice() == b"\xFFhush\n"));
}

#[test]
fn a_path_of_its_own_is_named_in_the_label() {
    let (directory, source) = plain("");
    use crate::source::Source;
    assert_eq!(source.label(), format!("dotenv {}", directory.path().join(".env").display()));
    assert_eq!(searched(Path::new("/")).label(), "dotenv");
}
