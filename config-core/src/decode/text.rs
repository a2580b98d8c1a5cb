//! Texts with an inner structure: lists as `a,b`, maps as `k=v,k2=v2`, anything as JSON.

use zeroize::Zeroizing;

use super::wrong::Wrong;
use crate::document;
use crate::format::{Format, decode_base64, decode_hex};
use crate::value::{Node, Position, Text, Value, exact};

/// What a list can be written as in a text.
pub(super) const LIST: &str = "a list: a,b or a JSON array";
/// What a map can be written as in a text.
pub(super) const MAP: &str = "a map: k=v,k2=v2 or a JSON object";

/// Whether a text is meant as a JSON array.
pub(super) fn is_array(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// Whether a text is meant as a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// The JSON in a text; `expected` says what it was wanted for.
pub(super) fn json(text: &str, expected: &str) -> Result<Node, Wrong> {
    match document::json::parse(text) {
        Ok(mut node) => {
            forget_places(&mut node);
            Ok(node)
        }
        Err(error) => Err(Wrong::json(expected, &error)),
    }
}

/// The elements of a list, as a list of the file's own.
pub(super) fn list(text: &str) -> Result<Node, Wrong> {
    if is_array(text) {
        return json(text, LIST);
    }
    let pieces =
        if text.trim().is_empty() { Vec::new() } else { text.split(',').map(piece).collect() };
    Ok(Node::new(Value::List(pieces), Position::default()))
}

/// The entries of a map, as a table of the file's own.
pub(super) fn map(text: &str) -> Result<Node, Wrong> {
    if is_object(text) {
        return json(text, MAP);
    }
    let mut entries: Vec<(Text, Node)> = Vec::new();
    for (index, entry) in text.split(',').enumerate().filter(|_| !text.trim().is_empty()) {
        let Some((key, value)) = entry.split_once('=') else {
            return Err(Wrong::expected(format_args!("{MAP}; entry {} has no `=`", index + 1)));
        };
        let key = exact(key.trim());
        if entries.iter().any(|(earlier, _)| *earlier == key) {
            return Err(Wrong::expected(format_args!(
                "{MAP}; the key of entry {} stands twice",
                index + 1
            )));
        }
        entries.push((key, piece(value)));
    }
    Ok(Node::new(Value::Map(entries), Position::default()))
}

/// The bytes of a value that is such, or whose text stands for such by its format; none where it is something else.
///
/// A format is that of a text, wherever it stands: bytes, which come from a file of their own, have to be one then,
/// with or without a line end.
pub(super) fn bytes(
    value: &Value,
    format: Option<Format>,
) -> Result<Option<Zeroizing<Vec<u8>>>, Wrong> {
    let text = match (value, format) {
        (Value::Text(text), _) if text.is_empty() => return Ok(None),
        (Value::Bytes(bytes), _) if bytes.is_empty() => return Ok(Some(bytes.clone())),
        (Value::Bytes(bytes), None | Some(Format::Any)) => return Ok(Some(bytes.clone())),
        (Value::Bytes(bytes), Some(_)) => std::str::from_utf8(bytes).ok().map(without_line_end),
        (Value::Text(text), Some(Format::Hex(_) | Format::Base64(_))) => Some(text.as_str()),
        _ => return Ok(None),
    };
    match (text, format) {
        (Some(text), Some(format)) if format.matches(text) => match (format, value) {
            (Format::Hex(_), _) => Ok(decode_hex(text)),
            (Format::Base64(_), _) => Ok(decode_base64(text)),
            (_, Value::Bytes(bytes)) => Ok(Some(bytes.clone())),
            _ => Ok(None),
        },
        (_, Some(format)) => Err(Wrong::format(&format)),
        (_, None) => Ok(None),
    }
}

fn without_line_end(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}

/// One element, without the blanks around it.
fn piece(text: &str) -> Node {
    Node::new(Value::Text(exact(text.trim())), Position::default())
}

/// In the JSON of a text places count from the beginning of the text, which says nothing of the file.
fn forget_places(node: &mut Node) {
    node.at = Position::default();
    match &mut node.value {
        Value::List(nodes) => nodes.iter_mut().for_each(forget_places),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, node)| forget_places(node)),
        _ => {}
    }
}
