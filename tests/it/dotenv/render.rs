//! What is written reads back the same.

use std::collections::BTreeMap;

use config_core::dotenv::{parse, render};
use proptest::prelude::*;

fn rendered(value: &str) -> String {
    render([("A", value)]).unwrap().to_string()
}

#[test]
fn a_value_is_quoted_only_where_it_must_be() {
    assert_eq!(rendered(""), "A=\n");
    assert_eq!(rendered("postgres://u:p@h:5432/d"), "A=postgres://u:p@h:5432/d\n");
    assert_eq!(rendered("a b"), "A='a b'\n");
    assert_eq!(rendered("#c"), "A='#c'\n");
    assert_eq!(rendered("$2y$10$x"), "A='$2y$10$x'\n");
    assert_eq!(rendered("{\"a\": \"b\"}"), "A='{\"a\": \"b\"}'\n");
    assert_eq!(rendered("C:\\new"), "A='C:\\new'\n");
    assert_eq!(rendered("it's \"$5\" \\"), "A=\"it's \\\"\\$5\\\" \\\\\"\n");
}

#[test]
fn line_ends_and_lone_carriage_returns_are_escaped() {
    assert_eq!(rendered("a\r\nb\rc\n"), "A=\"a\\r\\nb\\rc\\n\"\n");
}

#[test]
fn a_key_that_the_dialect_does_not_have_is_an_error() {
    for key in ["", "1A", "A B", "A=B", "É", "A\n", "export A"] {
        let error = render([("FINE", "1"), (key, "secret")]).unwrap_err();
        assert_eq!(error.position().line, 2, "{key:?}");
    }
}

/// Texts of any characters, and texts of the ones that mean something.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t\r\n'\"`\\\\$#={}a\u{0}\u{85}\u{a0}\u{2028}\u{feff}]{0,12}",
        "\\PC{0,20}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn a_map_that_is_rendered_reads_back_the_same(
        map in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_.-]{0,8}|export", text(), 0..8),
    ) {
        let text = render(&map).unwrap();
        let read: BTreeMap<_, _> = parse(text.as_bytes()).unwrap().into_iter().map(|pair| (pair.key, pair.value.to_string())).collect();
        prop_assert_eq!(read, map);
    }

    #[test]
    fn every_pair_is_rendered_as_one_line(value in text()) {
        let text = rendered(&value);
        prop_assert_eq!(text.matches(['\n', '\r']).count(), 1);
    }
}
