use proptest::prelude::*;

use super::parse;
use crate::document::SyntaxError;
use crate::document::samples::{CANARY, is_inside, same, tree};
use crate::value::{Node, Position, Value};

fn error(text: &str) -> SyntaxError {
    parse(text).expect_err(text)
}

fn place(line: u32, column: u32) -> Position {
    Position { line, column }
}

const ACCEPTED: &[&str] = &[
    "[]",
    "[ ]",
    "{}",
    " [1] ",
    "[1]\n",
    "\t[\r\n1 ]",
    "\"\"",
    "\" \"",
    "null",
    "true",
    "false",
    "[null, 1, \"1\", {}]",
    "0",
    "-0",
    "[123]",
    "[-1]",
    "[-123]",
    "[0e1]",
    "[0e+1]",
    "[1E22]",
    "[1E-2]",
    "[1E+2]",
    "[123e45]",
    "[123.456e78]",
    "[123.456789]",
    "[1e-2]",
    "[20e1]",
    "[-0.0]",
    "[-0.000000000000000000000000000000000000000000000000000000000001]",
    "[\"\\u0060\\u012a\\u12AB\"]",
    "[\"\\uD801\\udc37\"]",
    "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    "[\"\\\\u0000\"]",
    "[\"\\\"\"]",
    "[\"a/*b*/c/*d//e\"]",
    "[\"\\\\a\"]",
    "[\"\\\\n\"]",
    "[\"\\u0012\"]",
    "[\"\\uFFFF\"]",
    "[\"asd\"]",
    "[ \"asd\"]",
    "[\"\u{10ffff}\"]",
    "[\"\u{ffff}\"]",
    "[\"\\u0000\"]",
    "[\"\\u002c\"]",
    "[\"π\"]",
    "[\"\u{1bfff}\"]",
    "[\"asd \"]",
    "[\"\u{2028}\"]",
    "[\"\u{2029}\"]",
    "[\"\\uDBFF\\uDFFF\"]",
    "[\"new\\u00A0line\"]",
    "[\"\u{7f}\"]",
    "[\"\\u0821\"]",
    "[\"\\u0123\"]",
    "[\"\\u005C\"]",
    "[\"\\u0022\"]",
    "[\"\u{200b}\"]",
    "[\"\\uFDD0\"]",
    "[\"€𝄞\"]",
    "[\"aa\u{7f}a\"]",
    "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}",
    "{\"asd\":\"sdf\"}",
    "{\"\":0}",
    "{\"foo\\u0000bar\": 42}",
    "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
    "{\"x\":[{\"id\": \"xxx\"}], \"id\": \"yyy\"}",
    "{\"a\":[]}",
    "{\n\"a\": \"b\"\n}",
    "\u{feff}{}",
];

const REFUSED: &[&str] = &[
    "",
    " ",
    "\u{feff}",
    "[1 true]",
    "[a]",
    "[\"\": 1]",
    "[\"\"],",
    "[,1]",
    "[1,,2]",
    "[\"x\",,]",
    "[\"x\"]]",
    "[\"\",]",
    "[\"x\"",
    "[x",
    "[3[4]]",
    "[1:2]",
    "[,]",
    "[-]",
    "[   , \"\"]",
    "[\"a\",\n4\n,1,",
    "[1,]",
    "[\"a\u{b}\"]",
    "[*]",
    "[\"\"",
    "[1,",
    "[{}",
    "[fals]",
    "[nul]",
    "[tru]",
    "[++1234]",
    "[+1]",
    "[+Inf]",
    "[-01]",
    "[-1.0.]",
    "[-2.]",
    "[-NaN]",
    "[.-1]",
    "[.2e-3]",
    "[0.1.2]",
    "[0.3e+]",
    "[0.3e]",
    "[0.e1]",
    "[0E+]",
    "[0E]",
    "[0e+]",
    "[0e]",
    "[1.0e+]",
    "[1.0e-]",
    "[1.0e]",
    "[1 000.0]",
    "[1eE2]",
    "[2.e+3]",
    "[2.e-3]",
    "[2.e3]",
    "[9.e+]",
    "[Inf]",
    "[NaN]",
    "[Infinity]",
    "[-Infinity]",
    "[-foo]",
    "[- 1]",
    "[012]",
    "[-012]",
    "[1+2]",
    "[0x1]",
    "[0x42]",
    "[1ea]",
    "[1.]",
    "[.123]",
    "[1.2a-3]",
    "[1.8011670033376514H-308]",
    "[１]",
    "[\"x\", truth]",
    "{[: \"x\"}",
    "{\"x\", null}",
    "{\"x\"::\"b\"}",
    "{🇨🇭}",
    "{\"a\":\"a\" 123}",
    "{key: 'value'}",
    "{\"a\" b}",
    "{:\"b\"}",
    "{\"a\" \"b\"}",
    "{\"a\":",
    "{\"a\"",
    "{1:1}",
    "{9999E9999:1}",
    "{null:null,null:null}",
    "{\"id\":0,,,,,}",
    "{'a':0}",
    "{\"id\":0,}",
    "{\"a\":\"b\"}/**/",
    "{\"a\":\"b\"}//",
    "{\"a\":\"b\",,\"c\":\"d\"}",
    "{a: \"b\"}",
    "{\"a\":\"a",
    "{ \"foo\" : \"bar\", \"a\" }",
    "{\"a\":\"b\"}#",
    "{\"a\":1,\"a\":2}",
    "[\"\\uD800\\\"]",
    "[\"\\uD800\\u\"]",
    "[\"\\uD800\\u1\"]",
    "[\"\\uD800\\u1x\"]",
    "[\"\\uD800\"]",
    "[\"\\uDc00\"]",
    "[\"\\uD800\\uD800\\n\"]",
    "[\"\\ud800abc\"]",
    "[\"\\x00\"]",
    "[\"\\\\\\\"]",
    "[\"\\\t\"]",
    "[\"\\🌀\"]",
    "[\"\\\"]",
    "[\"\\u00A\"]",
    "[\"\\uD834\\uDd\"]",
    "[\"\\a\"]",
    "[\"\\uqqqq\"]",
    "[\\u0020\"asd\"]",
    "[\\n]",
    "\"",
    "['single quote']",
    "abc",
    "[\"\\",
    "[\"a\u{0}a\"]",
    "[\"new\nline\"]",
    "[\"\t\"]",
    "[\"\u{1f}\"]",
    "\"\\UA66D\"",
    "<.>",
    "[<null>]",
    "[1]x",
    "[1]]",
    "['",
    "{}}",
    "{\"\":",
    "{\"a\":/*comment*/\"b\"}",
    "{\"a\": true} \"x\"",
    "[1][2]",
    "]",
    "[True]",
    "1]",
    "{\"x\": true,",
    "[][]",
    "å",
    "[\u{2060}]",
    "*",
    "{\"a\":\"b\"}#{}",
    "[\u{c}]",
    "[,",
    "[\"a",
    "[\"a\"",
    "{",
    "{]",
    "{,",
    "{[",
    "{\"a",
    "{'a'",
    "[",
    "[\u{a0}]",
    "-",
    "--1",
    "\\u000A\"\"",
    "tru",
    "trueish",
    "nulll",
    "\"a\"\"b\"",
    "\u{feff}\u{feff}{}",
];

#[test]
fn every_form_of_the_rfc_is_read() {
    for text in ACCEPTED {
        assert!(parse(text).is_ok(), "{text:?}: {:?}", parse(text));
    }
}

#[test]
fn everything_else_is_refused_at_a_place_inside_the_text() {
    for text in REFUSED {
        let error = error(text);
        assert!(is_inside(error.at, text.trim_start_matches('\u{feff}')), "{text:?}: {error:?}");
    }
}

#[test]
fn numbers_keep_the_digits_they_were_written_with() {
    for digits in ["0", "-0", "1.10", "1E+2", "123456789012345678901234567890", "0.1e-400"] {
        assert!(
            matches!(&parse(digits).unwrap().value, Value::Number(read) if read.as_str() == digits)
        );
    }
}

#[test]
fn escapes_become_the_characters_they_stand_for() {
    let node = parse(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#).unwrap();
    assert!(
        matches!(&node.value, Value::Text(text) if text.as_str() == "a\"\\/\u{8}\u{c}\n\r\té😀z")
    );
}

#[test]
fn texts_stand_in_buffers_of_exactly_their_size() {
    for text in ["\"plain\"", "\"a\\nb\"", "12345"] {
        let (Value::Text(read) | Value::Number(read)) = parse(text).unwrap().value else {
            panic!("{text}")
        };
        assert_eq!(read.len(), read.capacity());
    }
}

#[test]
fn every_value_knows_its_line_and_column() {
    let root = parse("{\n  \"a\": 1,\r\n  \"é€😀\": [true,\r {\"b\": \"x\"}]\n}").unwrap();
    let at = |node: &Node| (node.at.line, node.at.column);
    assert_eq!(at(&root), (1, 1));
    assert_eq!(at(root.entry("a").unwrap()), (2, 8));
    let list = root.entry("é€😀").unwrap();
    assert_eq!(at(list), (3, 10));
    let Value::List(items) = &list.value else { panic!("a list") };
    assert_eq!(at(&items[0]), (3, 11));
    assert_eq!(at(&items[1]), (4, 2));
    assert_eq!(at(items[1].entry("b").unwrap()), (4, 8));
}

#[test]
fn the_mark_before_the_text_takes_no_column() {
    assert_eq!(error("\u{feff}x").at, place(1, 1));
}

#[test]
fn messages_say_what_was_expected_and_where() {
    for (text, line, column, message) in [
        ("", 1, 1, "the document is empty"),
        ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "expected `,` or `}`"),
        ("[1 2]", 1, 4, "expected `,` or `]`"),
        ("{\"a\" 1}", 1, 6, "expected `:`"),
        ("{\"a\": }", 1, 7, "expected a value"),
        ("{\"a\": 1, }", 1, 10, "a key must follow `,`"),
        ("[1, ]", 1, 5, "a value must follow `,`"),
        ("{a: 1}", 1, 2, "expected a key in quotes or `}`"),
        ("// x\n{}", 1, 1, "JSON has no comments"),
        ("['a']", 1, 2, "a text stands in double quotes"),
        ("[\"a]", 1, 2, "the text is not closed"),
        ("[\"a\tb\"]", 1, 4, "a control character in a text must be escaped"),
        ("[\"\\x\"]", 1, 3, "no such escape; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"),
        ("[\"\\u12\"]", 1, 3, "`\\u` needs four hex digits"),
        ("[\"\\ud800\"]", 1, 3, "half of a surrogate pair is no character"),
        ("[012]", 1, 3, "a number must not begin with 0"),
        ("[1.]", 1, 4, "expected a digit"),
        ("[1] 2", 1, 5, "nothing may stand after the value"),
    ] {
        assert_eq!(error(text), SyntaxError::new(place(line, column), message), "{text:?}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_at_its_second_place() {
    let text = "{\"b\": 0,\n\"a\": 1,\n \"\\u0061\": 2, \"b\": 3}";
    assert_eq!(error(text), SyntaxError::new(place(3, 2), "key `a` stands twice; first at line 2"));
}

#[test]
fn the_same_key_may_stand_in_different_tables() {
    assert!(parse("{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 2}]}}").is_ok());
}

#[test]
fn a_long_name_or_a_control_character_in_it_does_not_reach_the_message() {
    let key = format!("\\u001b{}", "k".repeat(200));
    let message = error(&format!("{{\"{key}\": 1, \"{key}\": 2}}")).message;
    assert!(!message.contains('\u{1b}') && message.len() < 120, "{message}");
}

#[test]
fn nesting_ends_at_the_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(128)).is_ok());
    assert_eq!(error(&nested(129)).at, place(1, 129));
    assert!(parse(&"[".repeat(1_000_000)).is_err());
    assert!(parse(&"{\"a\":".repeat(1_000_000)).is_err());
}

#[test]
fn no_message_quotes_a_value() {
    let whole = format!(
        "{{\"key\": \"{CANARY}\", \"list\": [\"{CANARY}\", {{\"deep\": \"{CANARY}\\n\"}}], \"n\": 12}}"
    );
    for (cut, _) in whole.char_indices() {
        for junk in ["", "x", "\"", "\\", "{", "]", "\u{1}", "é"] {
            if let Err(error) = parse(&format!("{}{junk}{}", &whole[..cut], &whole[cut..])) {
                assert!(!error.message.contains("CANARY"), "{error:?}");
            }
            if let Err(error) = parse(&format!("{}{junk}", &whole[..cut])) {
                assert!(!error.message.contains("CANARY"), "{error:?}");
            }
        }
    }
}

fn has_no_key_twice(text: &str) -> bool {
    !matches!(parse(text), Err(error) if error.message.contains("stands twice"))
}

fn agrees_with_serde_json(text: &str) -> Result<(), TestCaseError> {
    let ours = parse(text);
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(theirs) if has_no_key_twice(text) => {
            prop_assert!(ours.is_ok(), "{text:?}: {ours:?}");
            prop_assert!(same(&ours.unwrap(), &theirs), "{text:?}");
        }
        Err(theirs) if !theirs.to_string().contains("out of range") => {
            prop_assert!(ours.is_err(), "{text:?}");
        }
        _ => {}
    }
    if let Err(error) = parse(text) {
        prop_assert!(
            is_inside(error.at, text.strip_prefix('\u{feff}').unwrap_or(text)),
            "{text:?}: {error:?}"
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_tree_that_serde_json_wrote_reads_back_the_same(tree in tree(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) }.unwrap();
        let node = parse(&text);
        prop_assert!(node.is_ok(), "{text:?}: {node:?}");
        prop_assert!(same(&node.unwrap(), &tree), "{text:?}");
    }

    #[test]
    fn any_text_is_accepted_or_refused_as_serde_json_does(text: String) {
        agrees_with_serde_json(&text)?;
    }

    #[test]
    fn any_heap_of_tokens_is_accepted_or_refused_as_serde_json_does(
        text in "([\\[\\]{}:, ]|\"[a-c]?\"|-?[0-9]{1,3}|[.eE+-]|true|false|null|\\\\u[0-9a-fA-F]{4}|\"\\\\u[dD8][0-9a-fA-F]{3}\"){0,12}"
    ) {
        agrees_with_serde_json(&text)?;
    }

    #[test]
    fn a_tree_with_one_character_changed_is_accepted_or_refused_as_serde_json_does(
        tree in tree(), at: prop::sample::Index, with in "[\\[\\]{}:,\"\\\\0-9a-f \u{0}-\u{1f}]?"
    ) {
        let text = serde_json::to_string(&tree).unwrap();
        let places: Vec<(usize, char)> = text.char_indices().collect();
        let (offset, character) = places[at.index(places.len())];
        let text = format!("{}{with}{}", &text[..offset], &text[offset + character.len_utf8()..]);
        agrees_with_serde_json(&text)?;
    }
}
