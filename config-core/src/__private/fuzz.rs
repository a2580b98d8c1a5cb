//! What must hold for any bytes, one function for each reader. A panic is a finding.

use crate::document::Syntax;
use crate::format::{Format, check_pattern, fits};
use crate::schema::address::Address;
use crate::source::Key;
use crate::value::{Node, Position, Value};

/// The dialect of `.env`: every place lies in the input, and what was read can be written and read again. The other
/// ways to read the same bytes do not panic.
#[cfg(feature = "dotenv")]
pub fn dotenv(data: &[u8]) {
    use crate::dotenv::{parse, render};

    crate::sources::dotenv::read_any(data);
    let pairs = match parse(data) {
        Ok(pairs) => pairs,
        Err(error) => return assert_inside(error.position(), data),
    };
    for pair in &pairs {
        assert_inside(pair.key_at, data);
        assert_inside(pair.value_at, data);
        assert!(data.get(pair.span.clone()).is_some(), "a span outside");
    }
    let text = render(pairs.iter().map(|pair| (&pair.key, pair.value.as_str())));
    let text = text.expect("a key that was read can be written");
    let again = parse(text.as_bytes()).expect("what was written can be read");
    assert!(pairs.len() == again.len());
    for (pair, again) in pairs.iter().zip(&again) {
        assert!(pair.key == again.key && pair.value == again.value, "another pair came back");
    }
}

/// JSON: every place lies in the input, and what is read here the format `json` takes too.
pub fn json(data: &[u8]) {
    if document(data, Syntax::Json) {
        let text = std::str::from_utf8(data).unwrap_or_default();
        assert!(Format::Json.accepts(text.strip_prefix('\u{feff}').unwrap_or(text)));
    }
}

/// TOML: every place lies in the input.
#[cfg(feature = "toml")]
pub fn toml(data: &[u8]) {
    document(data, Syntax::Toml);
}

/// YAML: every place lies in the input.
#[cfg(feature = "yaml")]
pub fn yaml(data: &[u8]) {
    document(data, Syntax::Yaml);
}

/// A key of a document and, before a line end, the place of its struct: any text can be looked for, and an address that
/// can be read is made of its parts.
pub fn key(data: &[u8]) {
    const DOCUMENT: &str =
        r#"{"a": {"b": {"c": "1"}, "b.c": "2", "": 3}, "a.b": [4], "A_B": "5", ".": {"a": 6}}"#;
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(root) = crate::document::json::parse(DOCUMENT) else { return };
    let (base, own) = text.split_once('\n').map_or((None, text), |(base, own)| (Some(base), own));
    let names = [own];
    assert_made_of_its_parts(own);
    for own in [Some(own), None] {
        let (path, variables) = (names[0], &names);
        let base = base.map(|base| (base, path));
        let key = Key { path, variables, own, base, secret: false, prefix: "", binary: false };
        let _ = crate::document::lookup::answer(&root, &key, None);
    }
}

/// An address written again from what was read is the same text; what cannot be read says why.
fn assert_made_of_its_parts(text: &str) {
    match Address::read(text) {
        Ok(Address { place, version, key }) => {
            let part = |mark: &str, part: Option<&str>| {
                part.map_or(String::new(), |part| format!("{mark}{part}"))
            };
            let written = format!("{}{}{}", part("", place), part("@", version), part("#", key));
            assert_eq!(written, text);
        }
        Err(mistake) => assert!(!mistake.message().is_empty()),
    }
}

/// A pattern and, after a line end, a text: an error points into the pattern, and a bad one fits nothing.
pub fn pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (pattern, text) = text.split_once('\n').unwrap_or((text, text));
    let fits_text = fits(pattern, text);
    match check_pattern(pattern) {
        Ok(()) if !pattern.contains(['*', '?', '[', '{']) => assert_eq!(fits_text, pattern == text),
        Ok(()) => {}
        Err(error) => {
            assert!(
                pattern.is_char_boundary(error.offset()),
                "an offset inside a character or outside"
            );
        }
    }
}

/// Whether a document can be read.
fn document(data: &[u8], syntax: Syntax) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    match syntax.parse(text) {
        Ok(node) => {
            assert_all_inside(&node, data);
            true
        }
        Err(error) => {
            assert_inside(error.at, data);
            false
        }
    }
}

fn assert_all_inside(node: &Node, data: &[u8]) {
    assert_inside(node.at, data);
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| assert_all_inside(node, data)),
        Value::Map(entries) => entries.iter().for_each(|(_, node)| assert_all_inside(node, data)),
        _ => {}
    }
}

/// The line is one of the input's; the column is not beyond the end of the longest line.
fn assert_inside(at: Position, data: &[u8]) {
    let lines = data.split(|byte| matches!(byte, b'\n' | b'\r'));
    let (count, longest) =
        lines.fold((0, 0), |(count, longest), line| (count + 1, longest.max(line.len())));
    assert!((1..=count).contains(&(at.line as usize)), "{at} of {count} lines");
    assert!(
        (1..=longest + 1).contains(&(at.column as usize)),
        "{at}, the longest line has {longest}"
    );
}
