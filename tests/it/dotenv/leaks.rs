//! No message holds a piece of a value.

use config_core::dotenv::parse;
use proptest::prelude::*;

/// Ways to break a line that holds a value.
const BROKEN: [(&str, &str); 10] = [
    ("A='", ""),
    ("A=\"", "\\\""),
    ("A=''", ""),
    ("A=\"x\" ", ""),
    ("A='x'", "'"),
    ("", ""),
    ("export ", ""),
    ("A ", "=x"),
    ("A$", "="),
    ("'", "'=x"),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn an_error_holds_no_four_characters_of_a_value(value in "[A-Z0-9]{4,24}", broken in 0..BROKEN.len(), not_utf8: bool) {
        let (before, after) = BROKEN[broken];
        let mut text = format!("FIRST={value}\n{before}{value}{after}").into_bytes();
        if not_utf8 {
            text.push(0xFF);
        }
        let error = parse(&text).unwrap_err();
        let told = format!("{error} {error:?}");
        for from in 0..=value.len() - 4 {
            prop_assert!(!told.contains(&value[from..from + 4]), "{}", told);
        }
    }

    #[test]
    fn the_debug_of_a_pair_holds_no_piece_of_its_value(value in "[0-9a-f]{8,24}") {
        let pairs = parse(format!("KEY={value}").as_bytes()).unwrap();
        let told = format!("{pairs:?}");
        prop_assert_eq!(told, "[KEY = [REDACTED] at line 1, column 1]");
    }
}
