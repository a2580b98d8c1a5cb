//! `${NAME}` where it was asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::expand::expand;
use super::super::file::value as meaning;
use super::super::parser::{SyntaxError, scan};
use super::{ask_all, failure, read, setting, value};
use crate::environment::Environment;
use crate::source::FailureKind;

const ONLY: &str =
    "only `${NAME}` and `${NAME:-default}` are expanded; single quotes keep a text as it is";
const UNSET: &str = "the variable named here is not set; `${NAME:-default}` gives it a default";

fn all(text: &str, variables: &[(&str, &str)]) -> Result<BTreeMap<String, String>, SyntaxError> {
    let pairs = variables.iter().map(|(name, text)| ((*name).to_owned(), text.to_string().into()));
    let mut entries = scan(text)?;
    expand(text, &mut entries, &Environment::Pairs(Arc::new(pairs.collect())))?;
    Ok(entries
        .iter()
        .map(|entry| (text[entry.key.clone()].to_owned(), meaning(text, &entry.value).to_string()))
        .collect())
}

/// What `Z` becomes.
fn last(text: &str) -> String {
    all(text, &[("E", "environment"), ("EMPTY", "")])
        .unwrap_or_else(|error| panic!("{text:?}: {error}"))
        .remove("Z")
        .unwrap()
}

fn fails(text: &str, line: u32, column: u32, message: &str) {
    let error = all(text, &[("E", "environment")]).expect_err(text);
    assert_eq!(
        (error.position().line, error.position().column, error.message()),
        (line, column, message),
        "{text:?}"
    );
}

#[test]
fn the_corpus_is_expanded_as_the_dialect_says() {
    let corpus: Value =
        serde_json::from_str(include_str!("../../../../../tests/conformance/dotenv_corpus.json"))
            .unwrap();
    for case in corpus["cases"].as_array().unwrap() {
        let variables: Vec<_> = case["env"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str().unwrap()))
            .collect();
        let outcome = match all(case["input"].as_str().unwrap(), &variables) {
            Ok(pairs) => json!({ "ok": pairs }),
            Err(error) => {
                let at = error.position();
                json!({ "error": { "line": at.line, "column": at.column, "message": error.message() } })
            }
        };
        assert_eq!(&outcome, case.get("expanded").unwrap_or(&case["expect"]), "{case}");
    }
}

#[test]
fn nothing_is_expanded_unless_asked_for() {
    let (_directory, source) = read("A=${E}", |source| source);
    assert_eq!(value(&source), "${E}");
    let (_directory, source) = read("A=${E}", super::Dotenv::expand);
    assert_eq!(value(&source), "environment");
}

#[test]
fn pairs_above_come_before_the_environment() {
    assert_eq!(last("E=file\nZ=${E}"), "file");
    assert_eq!(last("E=one\nE=two\nZ=${E}\nE=three"), "two");
    assert_eq!(last("Z=${E}\nE=file"), "environment");
    assert_eq!(last("E='a\"b'\nF=\"<${E}>\"\nZ=${F}"), "<a\"b>");
}

#[test]
fn an_empty_pair_leaves_it_to_the_environment() {
    assert_eq!(last("E=\nZ=${E}"), "environment");
    assert_eq!(last("A=\nZ=<${A}>"), "<>");
    assert_eq!(last("Z=<${EMPTY}>"), "<>");
}

#[test]
fn single_quotes_escapes_and_bare_dollars_are_literal() {
    assert_eq!(last("Z='${E}'"), "${E}");
    assert_eq!(last(r#"Z="\${E}""#), "${E}");
    assert_eq!(last(r#"Z="\\${E}""#), r"\environment");
    assert_eq!(last(r"Z=\${E}"), r"\environment");
    assert_eq!(last("Z=$E $$ $(id) `id` {E} $ }"), "$E $$ $(id) `id` {E} $ }");
}

#[test]
fn an_expanded_text_is_not_expanded_again() {
    assert_eq!(last("A='${E}'\nZ=${A}"), "${E}");
}

#[test]
fn a_default_stands_in_for_what_is_unset_or_empty() {
    assert_eq!(last("Z=${NOPE:-a b}c"), "a bc");
    assert_eq!(last("Z=${EMPTY:-d}"), "d");
    assert_eq!(last("Z=<${NOPE:-}>"), "<>");
    assert_eq!(last("Z=${E:-d}!"), "environment!");
    assert_eq!(last("Z=\"${NOPE:-a\\n\\\"b\r\nc}\""), "a\n\"b\nc");
}

#[test]
fn defaults_nest() {
    assert_eq!(last("Z=${NOPE:-${NONE:-x}y}z"), "xyz");
    assert_eq!(last("Z=${NOPE:-<${E}>}"), "<environment>");
    assert_eq!(last("Z=${NOPE:-${E:-x}y}z"), "environmentyz");
    assert_eq!(last("Z=${E:-<${NOPE}${NONE:-x}>}!"), "environment!");
}

#[test]
fn a_name_that_is_nowhere_is_an_error_that_does_not_tell_it() {
    fails("A=1\nB= \"é${SECRETPART}\"", 2, 6, UNSET);
    fails("Z=${Z}", 1, 3, UNSET);
}

#[test]
fn other_forms_in_braces_are_an_error() {
    for text in [
        "Z=${",
        "Z=${}",
        "Z=${1}",
        "Z=${E",
        "Z=${E:+x}",
        "Z=${E:?x}",
        "Z=${E:=x}",
        "Z=${E!}",
        "Z=${ E}",
        "Z=\"${E\\n}\"",
    ] {
        fails(text, 1, text.find('$').unwrap() as u32 + 1, ONLY);
    }
}

#[test]
fn a_default_that_is_not_closed_is_an_error_where_it_opens() {
    fails("Z=a${NOPE:-b ${E}", 1, 4, "this `${` is never closed");
}

#[test]
fn values_that_double_each_other_do_not_fill_the_memory() {
    let mut text = "A0=0123456789\n".to_owned();
    for at in 1..64 {
        text.push_str(&format!("A{at}=${{A{0}}}${{A{0}}}\n", at - 1));
    }
    let error = all(&text, &[]).unwrap_err();
    assert_eq!(error.message(), "expanded, the values are too long");
}

#[test]
fn the_values_of_a_file_share_one_limit() {
    let mut text = format!("A={}\n", "x".repeat(1 << 20));
    text.push_str(&"B=${A}\n".repeat(16));
    assert_eq!(all(&text, &[]).unwrap()["B"].len(), 1 << 20);
    text.push_str("B=${A}\n");
    let error = all(&text, &[]).unwrap_err();
    assert_eq!((error.position().line, error.position().column), (18, 3));
}

#[test]
fn an_error_in_an_expansion_fails_the_file_with_its_place() {
    let (directory, source) = read("A=1\nB=${NOPE}", super::Dotenv::expand);
    let failure = failure(ask_all(&source, &[setting(&["A"])]));
    assert_eq!(failure.kind(), FailureKind::Malformed);
    let path = directory.path().join(".env");
    assert_eq!(failure.to_string(), format!("{}, line 2, column 3: {UNSET}", path.display()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn no_text_makes_it_panic(text in "(A=|B=|\\$\\{A|\\$\\{|:-|\\}|\"|'|\n|\\\\|[é $#AB]){0,30}") {
        let _ = all(&text, &[("A", "a")]);
    }
}
