use granit_parser::{Event, Parser, options};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::{mask, parse};
use crate::document::samples::{CANARY, is_inside, same, shape, table, tree};
use crate::document::{DEPTH, SyntaxError};
use crate::value::{Node, Value};

fn error(text: &str) -> SyntaxError {
    parse(text).expect_err(text)
}

fn failure(text: &str) -> String {
    let error = error(text);
    format!("{}:{} {}", error.at.line, error.at.column, error.message)
}

fn read(text: &str) -> String {
    parse(text).map(|node| shape(&node)).unwrap_or_else(|error| panic!("{text:?}: {error:?}"))
}

#[test]
fn tables_and_lists_of_both_styles_become_one_tree() {
    let text = "\
# settings
%not a directive: 1
smtp:
  host: mail.example.com   # comment
  ports: [25, 587,
    465]
  'quoted key': {a: 1, \"b\": [x, {c: d}], e: }
hosts:
- one
- - nested
  - two
-
  name: three
  deep: true
? explicit
: key
"
    .replace("%not a directive: 1\n", "");
    assert_eq!(
        read(&text),
        "{smtp: {host: \"mail.example.com\", ports: [25, 587, 465], quoted key: {a: 1, b: [\"x\", {c: \"d\"}], e: null}}, \
         hosts: [\"one\", [\"nested\", \"two\"], {name: \"three\", deep: true}], explicit: \"key\"}"
    );
}

#[test]
fn an_empty_document_is_null() {
    for text in ["", "\n", "# comment", "---", "--- # c\n...\n", "\u{feff}", "%YAML 1.2\n---\n"] {
        assert_eq!(read(text), "null", "{text:?}");
    }
}

#[test]
fn plain_scalars_mean_what_the_core_schema_says() {
    for (text, value) in [
        ("null", "null"),
        ("Null", "null"),
        ("NULL", "null"),
        ("~", "null"),
        ("", "null"),
        ("nULL", "\"nULL\""),
        ("true", "true"),
        ("True", "true"),
        ("TRUE", "true"),
        ("false", "false"),
        ("tRUE", "\"tRUE\""),
        ("no", "\"no\""),
        ("on", "\"on\""),
        ("yes", "\"yes\""),
        ("off", "\"off\""),
        ("y", "\"y\""),
        ("N", "\"N\""),
        ("0", "0"),
        ("-17", "-17"),
        ("+4912345", "+4912345"),
        ("0123", "0123"),
        ("0o17", "15"),
        ("0xFf", "255"),
        ("0x", "\"0x\""),
        ("0xg", "\"0xg\""),
        ("0b1", "\"0b1\""),
        ("-0x1", "\"-0x1\""),
        ("0x+1", "\"0x+1\""),
        ("0xffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455"),
        (
            "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
            "\"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318\"",
        ),
        ("1.5", "1.5"),
        (".5", ".5"),
        ("1.", "1."),
        ("1e3", "1e3"),
        ("-1.5E-10", "-1.5E-10"),
        ("1_000", "\"1_000\""),
        (".", "\".\""),
        ("1.2.3", "\"1.2.3\""),
        ("e5", "\"e5\""),
        ("1e", "\"1e\""),
        ("12:30:45", "\"12:30:45\""),
        (".inf", "inf"),
        ("-.INF", "-inf"),
        ("+.Inf", "inf"),
        (".nan", "nan"),
        ("-.nan", "\"-.nan\""),
        ("inf", "\"inf\""),
        ("2001-12-14", "\"2001-12-14\""),
        ("a b", "\"a b\""),
        ("a:b", "\"a:b\""),
        ("a#b", "\"a#b\""),
        ("-a", "\"-a\""),
        ("?x", "\"?x\""),
        (":x", "\":x\""),
        ("C:\\new\\x41", "\"C:\\\\new\\\\x41\""),
        ("é€😀", "\"é€😀\""),
        ("\\\"", "\"\\\\\\\"\""),
    ] {
        assert_eq!(read(&format!("k: {text}")), format!("{{k: {value}}}"), "{text:?}");
    }
}

#[test]
fn quoted_and_tagged_scalars_are_what_they_say() {
    for (text, value) in [
        ("'1'", "\"1\""),
        ("\"true\"", "\"true\""),
        ("''", "\"\""),
        ("'it''s'", "\"it's\""),
        ("'a\\nb'", "\"a\\\\nb\""),
        ("!!str 1", "\"1\""),
        ("!!str", "\"\""),
        ("! 12", "\"12\""),
        ("!<tag:yaml.org,2002:str> true", "\"true\""),
        ("!!int 5", "5"),
        ("!!int '5'", "5"),
        ("!!float 5", "5"),
        ("!!bool 'true'", "true"),
        ("!!null ~", "null"),
        ("!!seq [1]", "[1]"),
        ("!!map {a: 1}", "{a: 1}"),
    ] {
        assert_eq!(read(&format!("k: {text}")), format!("{{k: {value}}}"), "{text:?}");
    }
}

#[test]
fn escapes_of_double_quotes_become_the_characters_they_stand_for() {
    for (text, value) in [
        (
            r#""\0\a\b\t\n\v\f\r\e\"\/\\\N\_\L\P""#,
            "\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b}\"/\\\u{85}\u{a0}\u{2028}\u{2029}",
        ),
        (r#""\x41\u00e9\u20AC\U0001F600!""#, "Aé€😀!"),
        (r#""a\ud83d\ude00\ud83d\ude01z""#, "a😀😁z"),
        (r#""\\n\\\n""#, "\\n\\\n"),
        ("\"a\\ b\\\tc\\ \"", "a b\tc "),
        ("\"a \\\n   b\"", "a b"),
        ("\"a\\\n  \\  b\"", "a  b"),
        ("\"a  \n\n  b\n  c\\n \"", "a\nb c\n "),
        ("\"'x' # no: comment, [x]\"", "'x' # no: comment, [x]"),
        ("\"x\\\"", "x"),
    ]
    .iter()
    .filter(|(text, _)| !text.ends_with("\\\""))
    {
        let node =
            parse(&format!("k: {text}")).unwrap_or_else(|error| panic!("{text:?} {error:?}"));
        let Value::Text(read) = &node.entry("k").unwrap().value else { panic!() };
        assert_eq!((read.as_str(), read.capacity()), (*value, value.len()), "{text:?}");
    }
}

#[test]
fn block_and_folded_scalars_keep_and_fold_their_lines() {
    for (text, value) in [
        ("|\n  a\n   b\n\n  c\n", "a\n b\n\nc\n"),
        ("|-\n  a\n", "a"),
        ("|+\n  a\n\n", "a\n\n"),
        ("|2-\n    a\n   b", "  a\n b"),
        ("|-2 # comment\n    a1 |5\n   b >3", "  a1 |5\n b >3"),
        (">\n  a\n  b\n\n  c\n   d\n  e\n", "a b\n\nc\n d\ne\n".trim_start_matches('x')),
        (">-\n  folded \\n 'x'\n  \"y\" #z", "folded \\n 'x' \"y\" #z"),
        ("|\n", ""),
        (
            "|-\n  -----BEGIN KEY-----\n  MIIEow12+/=\n  -----END KEY-----\n",
            "-----BEGIN KEY-----\nMIIEow12+/=\n-----END KEY-----",
        ),
        ("plain\n  goes\n\n  on", "plain goes\non"),
        ("'single\n\n  q''uoted'", "single\nq'uoted"),
        ("|\r\n  a\r\n  b\r\n", "a\nb\n"),
    ] {
        let node =
            parse(&format!("k: {text}")).unwrap_or_else(|error| panic!("{text:?} {error:?}"));
        let Value::Text(read) = &node.entry("k").unwrap().value else { panic!("{text:?}") };
        if text.starts_with(">\n") {
            assert_eq!(read.as_str(), "a b\nc\n d\ne\n", "{text:?}");
        } else {
            assert_eq!(read.as_str(), value, "{text:?}");
        }
        assert_eq!(read.capacity(), read.len());
    }
}

#[test]
fn an_alias_is_a_copy_of_what_its_anchor_stands_for() {
    assert_eq!(read("a: &x 1\nb: *x"), "{a: 1, b: 1}");
    assert_eq!(
        read("a: &x {p: [q, &y r]}\nb: *x\nc: *y"),
        "{a: {p: [\"q\", \"r\"]}, b: {p: [\"q\", \"r\"]}, c: \"r\"}"
    );
    assert_eq!(read("a: &x 1\nb: &x 2\nc: *x"), "{a: 1, b: 2, c: 2}");
    assert_eq!(read("&k key: &v value\nb: *v"), "{key: \"value\", b: \"value\"}");
    assert_eq!(read("a: &first 1\nb: &secnd 2\nc: [*first, *secnd]"), "{a: 1, b: 2, c: [1, 2]}");
    assert_eq!(
        read("a: &x !!str 1\nb: !!str &y 2\nc: [*x, *y]"),
        "{a: \"1\", b: \"2\", c: [\"1\", \"2\"]}"
    );
    assert_eq!(read("a: &x\nb: *x"), "{a: null, b: null}");
}

#[test]
fn every_value_knows_its_line_and_column() {
    let root = parse("# c\r\na: 1\né€😀: [\"x\",\n  &n 'y', *n]\nt: !!str\n  text\nb: |\n  line\n")
        .unwrap();
    let at = |node: &Node| (node.at.line, node.at.column);
    assert_eq!(at(&root), (2, 1));
    assert_eq!(at(root.entry("a").unwrap()), (2, 4));
    let list = root.entry("é€😀").unwrap();
    assert_eq!(at(list), (3, 6));
    let Value::List(items) = &list.value else { panic!() };
    assert_eq!(items.iter().map(at).collect::<Vec<_>>(), [(3, 7), (4, 6), (4, 11)]);
    assert_eq!(at(root.entry("t").unwrap()), (6, 3));
    assert_eq!(at(root.entry("b").unwrap()), (8, 3));
}

#[test]
fn messages_say_what_is_wrong_and_where() {
    for (text, message) in [
        ("a: 1\nb: 2\na: 3", "3:1 key `a` stands twice; first at line 1"),
        ("{a: 1, 'a': 2}", "1:8 key `a` stands twice; first at line 1"),
        ("a: 1\n---\nb: 2", "2:1 a second document begins; only one is read"),
        ("a: 1\n...\n---\n", "3:1 a second document begins; only one is read"),
        ("1: a", "1:1 a key must be a text, is a number; put it in quotes"),
        ("true: a", "1:1 a key must be a text, is a boolean; put it in quotes"),
        ("~: a", "1:1 a key must be a text, is null; put it in quotes"),
        ("[a]: b", "1:1 a key must be a text"),
        ("? {a: b}\n: c", "1:3 a key must be a text"),
        ("a: &x k\n*x : b", "2:1 a key must be a text"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "3:3 merge keys are not read; write the entries out"),
        (
            "a: !secret x",
            "1:4 a tag that is not of the core schema; a text that begins with `!` needs quotes",
        ),
        (
            "a: !!binary aGk=",
            "1:4 a tag that is not of the core schema; a text that begins with `!` needs quotes",
        ),
        (
            "%TAG !! tag:example.com,2000:\n---\na: !!str x",
            "1:1 no other directive than %YAML 1.2 is read",
        ),
        ("a: !!int x", "1:10 is not what its tag says"),
        ("a: !!map [x]", "1:10 is not what its tag says"),
        ("a: !!str {x: 1}", "1:10 is not what its tag says"),
        (
            "a: *x",
            "1:4 an alias whose anchor does not stand before it; a text that begins with `*` needs quotes",
        ),
        (
            "a: *x\nb: &x 1",
            "1:4 an alias whose anchor does not stand before it; a text that begins with `*` needs quotes",
        ),
        ("a: &x [1, *x]", "1:11 an alias inside the value that it stands for"),
        ("a: &x 1\nb: &x {c: *x}", "2:11 an alias inside the value that it stands for"),
        ("a: @x", "1:4 no value begins with this character; put the text in quotes"),
        ("a: `x`", "1:4 no value begins with this character; put the text in quotes"),
        ("a: \"x\\q\"", "1:6 no such escape"),
        ("a: \"\\x4g\"", "1:5 the escape lacks hex digits"),
        ("a: \"\\ud800\"", "1:5 the escape is no character"),
        ("a: \"\\ud800\\u0041\"", "1:5 the escape is no character"),
        ("a: \"\\U00110000\"", "1:5 the escape is no character"),
        ("a: \"\\", "1:4 no such escape"),
        ("a: 'x", "1:4 unclosed quote"),
        ("a: [1, 2", "1:4 unclosed bracket '['"),
        ("a: {b: 1]", "1:4 mismatched bracket '{' closed by ']'"),
        ("a: b: c", "1:5 mapping values are not allowed in this context"),
        ("a:\n\tb: 1", "2:2 tabs disallowed within this context (block indentation)"),
        ("a: x\u{1}y", "1:5 a control character must be escaped"),
        ("a: 1\n\u{feff}b: 2", "2:1 a byte order mark may stand at the beginning only"),
        ("a: 'x' y", "1:8 invalid trailing content after single-quoted scalar"),
    ] {
        assert_eq!(failure(text), message, "{text:?}");
    }
}

#[test]
fn nesting_ends_at_the_limit_however_it_is_written() {
    let lists = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&lists(DEPTH)).is_ok());
    assert!(error(&lists(DEPTH + 1)).message.contains("deeper"));
    let blocks =
        |depth: usize| (0..depth).map(|level| " ".repeat(level) + "a:\n").collect::<String>();
    assert!(parse(&blocks(DEPTH)).is_ok());
    let half = format!(
        "a: &a {}\nb: &b [*a]\nc: {}*b{}",
        lists(DEPTH - 10),
        "[".repeat(20),
        "]".repeat(20)
    );
    for deep in [
        blocks(DEPTH + 1),
        lists(100_000),
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
        format!("{}{}", "- ".repeat(100), lists(100)),
        half,
    ] {
        assert!(error(&deep).message.contains("deeper"), "{}", error(&deep).message);
    }
}

#[test]
fn aliases_that_copy_too_much_are_refused_at_once() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(error(&bomb).message.contains("copy too much"));
    let long = format!("a: &a '{}'\nb: [{}]", "x".repeat(1 << 20), "*a, ".repeat(20));
    assert!(error(&long).message.contains("copy too much"));
    let nested = format!("{}'{}'{}", "&a [".repeat(100), "x".repeat(1 << 20), "]".repeat(100));
    assert!(error(&nested).message.contains("copy too much"));
    let modest = format!("a: &a [1, 2, 3]\nb: [{}]", "*a, ".repeat(1000));
    assert!(parse(&modest).is_ok());
}

#[test]
fn no_message_quotes_a_value() {
    let whole = format!(
        "a: {CANARY}\nb: '{CANARY}'\nc: \"{CANARY}\\n\"\nd: |2-\n    {CANARY}\n  x\ne: [{CANARY}, {{f: {CANARY}}}]\ng: &{CANARY} x\nh: *{CANARY}\ni: !{CANARY} x\n"
    );
    for (cut, _) in whole.char_indices() {
        for junk in [
            "", "x", "\"", "'", "\\", "{", "]", "\u{1}", "é", "\n", ":", " ", "- ", "!", "*", "&",
            "%", "@", "\t", "#",
        ] {
            for text in [
                format!("{}{junk}{}", &whole[..cut], &whole[cut..]),
                format!("{}{junk}", &whole[..cut]),
            ] {
                if let Err(error) = parse(&text) {
                    let names_a_key = error.message.starts_with("key `");
                    assert!(names_a_key || !error.message.contains(CANARY), "{text:?} {error:?}");
                    assert!(is_inside(error.at, &text), "{text:?} {error:?}");
                }
            }
        }
    }
}

#[test]
fn an_unquoted_password_that_looks_like_an_alias_or_a_tag_is_not_in_the_message() {
    for text in [
        format!("a: *{CANARY}"),
        format!("a: !{CANARY}"),
        format!("a: !{CANARY}!x y"),
        format!("a: !<{CANARY}> y"),
    ] {
        assert!(!error(&text).message.contains(CANARY));
    }
}

#[test]
fn the_parser_sees_no_letter_and_no_digit_but_an_indentation() {
    let text = "token: sk-ant-Ab12\npin: \"12\\u00e934\"\nkey: |2-\n    Zürich €5 𝄞\nb: >+1\n";
    let mask = mask::of(text).unwrap();
    assert_eq!(
        mask.as_str(),
        "xxxxx: xx-xxx-xxxx\nxxx: \"xx\\\"xxxxxx\"\nxxx: |2-\n    xéxxxx 字x 𠀀\nx: >+1\n"
    );
    assert_eq!(mask.capacity(), text.len());
}

/// All scalars of a document as the parser itself decodes them.
fn theirs(text: &str) -> Option<Vec<String>> {
    let options = options! { emit_unresolved_aliases: true, flow_nesting_limit: DEPTH, block_nesting_limit: DEPTH };
    let mut scalars = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::Scalar(value, ..), span))
                if span.slice(text) == Some("") && value == "~" => {}
            Ok((Event::Scalar(value, ..), _)) => scalars.push(value.into_owned()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    Some(scalars)
}

/// All scalars of a document as they are decoded here.
fn ours(text: &str) -> Option<Vec<String>> {
    let mask = mask::of(text).ok()?;
    let options = options! { emit_unresolved_aliases: true, flow_nesting_limit: DEPTH, block_nesting_limit: DEPTH };
    let mut scalars = Vec::new();
    for event in Parser::new_from_str_with_options(&mask, options) {
        match event {
            Ok((Event::Scalar(value, ..), span))
                if span.slice(text) == Some("") && value == "~" => {}
            Ok((Event::Scalar(template, style, ..), span)) => {
                let (source, mask) = (span.slice(text).unwrap(), span.slice(&mask).unwrap());
                let decoded = super::scalar::decode(source, mask, &template, style).ok()?;
                scalars.push(decoded.to_string());
            }
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    Some(scalars)
}

fn agrees_with_the_parser(text: &str) -> Result<(), TestCaseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Tags and directives are read from the document itself; the mask need not keep them whole.
    if !text.contains(['!', '%', '\u{feff}']) {
        prop_assert_eq!(theirs(text), ours(text), "{:?}", text);
    }
    match parse(text) {
        Ok(_) if text.contains(['!', '%']) => {}
        Ok(_) => prop_assert!(theirs(text).is_some(), "{text:?}"),
        Err(error) => prop_assert!(is_inside(error.at, text), "{text:?} {error:?}"),
    }
    Ok(())
}

/// A tree as YAML in blocks, its texts in one of several styles.
fn write(json: &Json, indent: usize, style: usize, out: &mut String) {
    let blank = "  ".repeat(indent);
    match json {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                out.push_str(&format!("\n{blank}{}:", double_quoted(key)));
                write(value, indent + 1, style + 1, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n{blank}-"));
                write(item, indent + 1, style + 1, out);
            }
        }
        Json::String(text) => match style % 3 {
            0 if text.chars().all(|c| c >= ' ') => {
                out.push_str(&format!(" '{}'", text.replace('\'', "''")));
            }
            1 if text.chars().all(|c| c >= ' ' || c == '\n') && text.ends_with('\n') => {
                out.push_str(" |2+");
                for line in text.trim_end_matches('\n').split('\n') {
                    out.push_str(&format!("\n{blank}{line}"));
                }
                out.push_str(&"\n".repeat(text.len() - text.trim_end_matches('\n').len() - 1));
            }
            _ => out.push_str(&format!(" {}", double_quoted(text))),
        },
        other => out.push_str(&format!(" {other}")),
    }
}

fn double_quoted(text: &str) -> String {
    Json::from(text).to_string()
}

proptest! {
    #[test]
    fn a_tree_written_in_blocks_reads_back_the_same(tree in table(), style in 0usize..3) {
        let mut text = String::new();
        write(&tree, 0, style, &mut text);
        // A text that keeps the line ends behind it has all of them.
        text.push('\n');
        if !text.contains('\u{feff}') {
            let node = parse(&text);
            prop_assert!(node.is_ok(), "{text}: {node:?}");
            prop_assert!(same(&node.unwrap(), &tree), "{text}");
        }
    }

    #[test]
    fn a_json_document_reads_the_same_as_yaml(tree in tree(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) }.unwrap();
        if !text.contains('\u{feff}') {
            let node = parse(&text);
            prop_assert!(node.is_ok(), "{text:?}: {node:?}");
            prop_assert!(same(&node.unwrap(), &tree), "{text:?}");
        }
    }

    #[test]
    fn any_text_is_read_as_the_parser_itself_reads_it(text: String) {
        agrees_with_the_parser(&text)?;
    }

    #[test]
    fn any_heap_of_tokens_is_read_as_the_parser_itself_reads_it(
        text in "([\\[\\]{}:,?|>&*#%@`' \"\t-]|: |- |\n|\n  |\r\n|[a-c0-9]{1,3}|\\\\[nxuU\"\\\\ \n_0aq]|[|>][+-]?[0-9]|é|€|😀|\\.\\.\\.|---|''|true|0x1f|''''){0,16}"
    ) {
        agrees_with_the_parser(&text)?;
    }

    #[test]
    fn any_text_in_double_quotes_is_read_as_the_parser_itself_reads_it(
        text in "k: \"([a-c0-9 \t]|\n |\\\\[abefnrtvNLP0_/\"\\\\ \t\n]|\\\\x[0-9a-f]{2}|\\\\u[0-9a-dA-C]{4}|\\\\ud83d\\\\ude0[0-9]|é|'|#|: ){0,12}\""
    ) {
        agrees_with_the_parser(&text)?;
        prop_assert!(ours(&text).is_some() == theirs(&text).is_some());
    }

    #[test]
    fn any_block_scalar_is_read_as_the_parser_itself_reads_it(
        text in "k: [|>][+-]?[1-3]?( #c)?\n(( {0,5}|\t)([a-c0-9'\"\\\\#:-]{0,4}| |\t|é)\n){0,6}(e: f\n)?"
    ) {
        agrees_with_the_parser(&text)?;
    }
}
