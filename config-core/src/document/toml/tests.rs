use proptest::prelude::*;
use serde_json::Value as Json;

use super::parse;
use crate::document::SyntaxError;
use crate::document::samples::{CANARY, is_inside, same, shape, table};
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
fn tables_lists_and_dotted_keys_become_one_tree_in_the_order_written() {
    let text = r#"
title = "a" # comment
'quoted key' = true
b.c.d = 1
b."e.f" = 2
[servers]
[servers.alpha]
ip = '10.0.0.1'
[[products]]
name = "x"
[[products]]
[products.size]
w = 1
[[products.parts]]
n = 1
[[products.parts]]
n = 2
[z]
inline = { x = 1, y.z = [1, [2, 3], { a = 4 }] }
empty = []
"#;
    assert_eq!(
        read(text),
        "{title: \"a\", quoted key: true, b: {c: {d: 1}, e.f: 2}, servers: {alpha: {ip: \"10.0.0.1\"}}, \
         products: [{name: \"x\"}, {size: {w: 1}, parts: [{n: 1}, {n: 2}]}], \
         z: {inline: {x: 1, y: {z: [1, [2, 3], {a: 4}]}}, empty: []}}"
    );
}

#[test]
fn an_empty_document_is_an_empty_table() {
    for text in ["", "\n", "# only a comment", "\u{feff}", "\u{feff}\r\n"] {
        assert_eq!(read(text), "{}");
    }
}

#[test]
fn texts_of_all_four_forms_are_decoded() {
    for (text, value) in [
        (r#""a\tb\n\"\\\u00e9\U0001F600\b\f\r""#, "a\tb\n\"\\é😀\u{8}\u{c}\r"),
        (r"'a\tb'", r"a\tb"),
        ("\"\"\"\na\n  b \\\n   c \"\" d\"\"\"", "a\n  b c \"\" d"),
        ("'''\na\\\n'b''c'''", "a\\\n'b''c"),
        ("\"\"", ""),
        ("\"\"\"\"\"\"\"\"", "\"\""),
    ] {
        let Value::Map(entries) = parse(&format!("k = {text}")).unwrap().value else { panic!() };
        let Value::Text(read) = &entries[0].1.value else { panic!("{text}") };
        assert_eq!((read.as_str(), read.capacity()), (value, value.len()));
    }
}

#[test]
fn numbers_become_plain_decimal_digits() {
    for (text, digits) in [
        ("0", "0"),
        ("+99", "99"),
        ("-17", "-17"),
        ("1_000_000", "1000000"),
        ("0xDEAD_beef", "3735928559"),
        ("0o755", "493"),
        ("0b1101_0110", "214"),
        ("0xffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455"),
        ("1.0", "1.0"),
        ("+1.50", "1.50"),
        ("-0.01", "-0.01"),
        ("5e+22", "5e+22"),
        ("6.626e-34", "6.626e-34"),
        ("224_617.445_991_228", "224617.445991228"),
        ("inf", "inf"),
        ("+inf", "inf"),
        ("-inf", "-inf"),
        ("nan", "nan"),
        ("-nan", "-nan"),
    ] {
        assert_eq!(read(&format!("k = {text}")), format!("{{k: {digits}}}"), "{text}");
        assert!(digits.parse::<f64>().is_ok());
    }
}

#[test]
fn dates_and_times_are_texts_as_they_were_written() {
    for date in [
        "1979-05-27T07:32:00Z",
        "1979-05-27t00:32:00.999999-07:00",
        "1979-05-27 07:32:00",
        "1979-05-27",
        "2000-02-29",
        "07:32:00",
        "00:32:00.5",
        "23:59:60",
        "07:32",
    ] {
        assert_eq!(read(&format!("k = {date}")), format!("{{k: \"{date}\"}}"));
    }
}

#[test]
fn a_date_that_no_calendar_has_is_refused() {
    for date in [
        "1979-13-01",
        "1979-00-01",
        "1979-02-29",
        "1900-02-29",
        "1979-04-31",
        "1979-01-00",
        "1979-1-01",
        "79-01-01",
        "24:00:00",
        "07:60:00",
        "07:32:61",
        "7:32:00",
        "07:32:00.",
        "07:32:00Z",
        "1979-05-27T",
        "1979-05-27T07",
        "1979-05-27T07:32:00+24:00",
        "1979-05-27T07:32:00+07",
        "1979-05-27T07:32:00+07:60",
        "1979-05-27T07:32:00ZZ",
        "1979-05-27_07:32:00",
    ] {
        assert!(parse(&format!("k = {date}")).is_err(), "{date}");
    }
}

#[test]
fn every_value_knows_its_line_and_column() {
    let root = parse("a = 1\r\n[t]\n\"é\" = \"x\" # c\n\"😀\".b = [true,\n  { c = 2 }]\n[[l]]\n")
        .unwrap_or_else(|error| panic!("{error:?}"));
    let at = |node: &Node| (node.at.line, node.at.column);
    assert_eq!(at(root.entry("a").unwrap()), (1, 5));
    let table = root.entry("t").unwrap();
    assert_eq!(at(table), (2, 1));
    let inner = table.entry("😀").unwrap();
    assert_eq!(at(inner), (4, 1));
    let list = inner.entry("b").unwrap();
    assert_eq!(at(list), (4, 9));
    let Value::List(items) = &list.value else { panic!() };
    assert_eq!((at(&items[0]), at(&items[1])), ((4, 10), (5, 3)));
    assert_eq!(at(items[1].entry("c").unwrap()), (5, 9));
    assert_eq!(at(root.entry("l").unwrap()), (6, 1));
}

#[test]
fn what_stands_twice_is_refused_at_its_second_place() {
    for (text, message) in [
        ("a = 1\nb = 2\na = 3", "3:1 key `a` stands twice; first at line 1"),
        ("a = 1\n\"a\" = 3", "2:1 key `a` stands twice; first at line 1"),
        ("[t]\n[u]\n[t]", "3:2 key `t` stands twice; first at line 1"),
        ("[t.u]\n[t]\n[t]", "3:2 key `t` stands twice; first at line 1"),
        ("t = 1\n[t]", "2:2 key `t` stands twice; first at line 1"),
        ("[t]\n[[t]]", "2:3 key `t` stands twice; first at line 1"),
        ("[[t]]\n[t]", "2:2 key `t` stands twice; first at line 1"),
        ("t = []\n[[t]]", "2:3 key `t` stands twice; first at line 1"),
        ("a.b = 1\na.b = 2", "2:3 key `b` stands twice; first at line 1"),
        ("x = { a = 1, a = 2 }", "1:14 key `a` stands twice; first at line 1"),
        ("[f]\na.b = 1\n[f.a]", "3:4 key `a` stands twice; first at line 2"),
        ("a = 1\na.b = 2", "2:1 `a` is defined at line 1 and cannot be added to"),
        ("a = { b = 1 }\na.c = 2", "2:1 `a` is defined at line 1 and cannot be added to"),
        ("a = { b = 1 }\n[a.c]", "2:2 `a` is defined at line 1 and cannot be added to"),
        ("a = [1]\n[a.c]", "2:2 `a` is defined at line 1 and cannot be added to"),
        ("[a.b]\nc = 1\n[a]\nb.d = 1", "4:1 `b` is defined at line 1 and cannot be added to"),
        ("[a.b.c]\n[a]\nb.x = 1\n[a.b]", "4:4 key `b` stands twice; first at line 1"),
        ("[[a.b]]\n[a]\nb.y = 2", "3:1 `b` is defined at line 1 and cannot be added to"),
    ] {
        assert_eq!(failure(text), message, "{text:?}");
    }
}

#[test]
fn tables_may_be_opened_in_any_order_and_added_to_by_headers_inside_them() {
    assert_eq!(read("[a.b]\n[a]\nx = 1\n[a.c]"), "{a: {b: {}, x: 1, c: {}}}");
    assert_eq!(read("[f]\na.b = 1\n[f.a.c]\nd = 2"), "{f: {a: {b: 1, c: {d: 2}}}}");
    assert_eq!(read("a.b = 1\nc = 2\na.d = 3"), "{a: {b: 1, d: 3}, c: 2}");
}

#[test]
fn messages_say_what_is_wrong_and_where() {
    for (text, message) in [
        ("a", "1:2 key with no value; expected `=`"),
        ("a =", "1:4 a value must follow `=`"),
        ("a = \"x", "1:7 invalid basic string; expected `\"`"),
        ("a = x", "1:5 string values must be quoted"),
        ("a = 1 b = 2", "1:9 unexpected key or value; expected the end of the line or `#`"),
        ("[a", "1:3 unclosed table; expected `]`"),
        ("a = [1, 2", "1:10 unclosed array; expected `]`"),
        ("é = 1", "1:1 invalid unquoted key; expected letters or numbers or `-` or `_`"),
        (
            "a = \"\\q\"",
            "1:7 missing escaped value; expected `b` or `e` or `f` or `n` or `r` or `\\` or `\"` or `x` or `u` or `U`",
        ),
        ("a = 0x1ffffffffffffffffffffffffffffffff", "1:5 the number is too large"),
        ("a = 1_0o", "1:5 no such number"),
        ("a = 2020-02-30", "1:5 no such date or time"),
    ] {
        assert_eq!(failure(text), message, "{text:?}");
    }
}

#[test]
fn nesting_ends_at_the_limit_however_it_is_written() {
    let lists = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&lists(127)).is_ok());
    assert!(parse(&lists(128)).is_err());
    for deep in [
        lists(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{ a = ".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("[[{}a]]", "a.".repeat(100_000)),
        format!("a = {}1", format!("{{ {}a = ", "a.".repeat(100)).repeat(100)),
        format!("[{}a]\n{}a = 1", "a.".repeat(100), "a.".repeat(100)),
    ] {
        assert!(parse(&deep).is_err());
    }
}

#[test]
fn no_message_quotes_a_value() {
    let whole = format!(
        "a = \"{CANARY}\"\n[t]\nb = '{CANARY}'\nc = \"\"\"{CANARY}\n\\n\"\"\"\nd = {{ e = [\"{CANARY}\", '''{CANARY}'''] }}\nf = 12\n"
    );
    for (cut, _) in whole.char_indices() {
        for junk in ["", "x", "\"", "'", "\\", "{", "]", "\u{1}", "é", "\n", "=", "."] {
            for text in [
                format!("{}{junk}{}", &whole[..cut], &whole[cut..]),
                format!("{}{junk}", &whole[..cut]),
            ] {
                if let Err(error) = parse(&text) {
                    assert!(!error.message.contains(CANARY), "{text:?} {error:?}");
                    assert!(is_inside(error.at, &text), "{text:?} {error:?}");
                }
            }
        }
    }
}

fn as_json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::from(text.as_str()),
        toml::Value::Integer(number) => Json::from(*number),
        toml::Value::Float(number) => Json::from(*number),
        toml::Value::Boolean(value) => Json::from(*value),
        toml::Value::Datetime(date) => Json::from(date.to_string()),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            Json::Object(table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect())
        }
    }
}

fn agrees_with_toml(text: &str) -> Result<(), TestCaseError> {
    let ours = parse(text);
    match text.parse::<toml::Table>() {
        // A dotted key may not add to `[[..]]`; the toml crate lets it pass two levels down.
        Ok(_) if matches!(&ours, Err(error) if error.message.ends_with("cannot be added to")) => {
            prop_assert!(text.contains("[["), "{text:?}: {ours:?}");
        }
        Ok(theirs) => {
            prop_assert!(ours.is_ok(), "{text:?}: {ours:?}");
            let theirs = as_json(&toml::Value::Table(theirs));
            // JSON has no word for infinity; dates are written in more than one way.
            let theirs_text = theirs.to_string();
            if !theirs_text.contains("null")
                && !theirs_text.contains("07:")
                && !theirs_text.contains("1979")
            {
                prop_assert!(same(&ours.unwrap(), &theirs), "{text:?}");
            }
        }
        Err(error) if error.message().contains("overflow") => {}
        Err(_) => prop_assert!(ours.is_err(), "{text:?}"),
    }
    if let Err(error) = parse(text) {
        prop_assert!(
            is_inside(error.at, text.strip_prefix('\u{feff}').unwrap_or(text)),
            "{text:?}: {error:?}"
        );
    }
    Ok(())
}

/// The same tree without what TOML has no word for.
fn without_null(json: Json) -> Json {
    match json {
        Json::Null => Json::from("nothing"),
        Json::Array(items) => items.into_iter().map(without_null).collect(),
        Json::Object(entries) => Json::Object(
            entries.into_iter().map(|(key, value)| (key, without_null(value))).collect(),
        ),
        other => other,
    }
}

proptest! {
    #[test]
    fn a_tree_that_the_toml_crate_wrote_reads_back_the_same(tree in table(), pretty: bool) {
        let tree = without_null(tree);
        let text = if pretty { toml::to_string_pretty(&tree) } else { toml::to_string(&tree) }.unwrap();
        let node = parse(&text);
        prop_assert!(node.is_ok(), "{text:?}: {node:?}");
        prop_assert!(same(&node.unwrap(), &tree), "{text:?}");
    }

    #[test]
    fn any_text_is_accepted_or_refused_as_the_toml_crate_does(text: String) {
        agrees_with_toml(&text)?;
    }

    #[test]
    fn any_heap_of_lines_is_accepted_or_refused_as_the_toml_crate_does(
        text in "((\\[[a-c](\\.[a-c]){0,2}\\]|\\[\\[[a-c](\\.[a-c])?\\]\\]|[a-c](\\.[a-c]){0,2} = (1|\\[\\]|\\{\\}|\\{ ?[a-c](\\.[a-b])? = 1(, [a-c](\\.[a-b])? = 2)?,? ?\\}))\n){0,7}"
    ) {
        agrees_with_toml(&text)?;
    }

    #[test]
    fn any_heap_of_tokens_is_accepted_or_refused_as_the_toml_crate_does(
        text in "([\\[\\]{}=,. \t\n#]|\r\n|\"[a-c]?\"|'[a-c]?'|\"\"\"|'''|[a-c]|-?[0-9]{1,3}|0[xob][0-9a-f_]{1,4}|[.eE+_:TZ-]|true|false|inf|nan|\\\\[nuU\"x]|1979-05-27){0,14}"
    ) {
        agrees_with_toml(&text)?;
    }

    #[test]
    fn any_scalar_is_accepted_or_refused_as_the_toml_crate_does(
        text in "k = ([0-9]{1,2}|[.eE+_:TZz -]|inf|nan|true|0[xob]|[a-f]|07:|1979-0[0-9]-[0-3][0-9]){1,6}"
    ) {
        agrees_with_toml(&text)?;
    }
}
