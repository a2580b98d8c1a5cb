//! Writes pairs in the dialect, so that they read back the same.

use super::parser::{SyntaxError, is_key};
use crate::sources::read::saturated;
use crate::value::{Position, Text, TextBuilder};

/// Writes pairs as a `.env` file, a line each, that [`parse`](super::parse) reads back the same.
///
/// A value stands without quotes where every dialect of `.env` reads it the same, else in single quotes, and in double
/// quotes with escapes where it holds a single quote or a line end.
///
/// # Errors
/// A key that the dialect does not have; its position is the line that the pair would stand in.
///
/// ```
/// let text = config_core::dotenv::render([("HOST", "localhost"), ("MOTTO", "it's $5"), ("NAME", "a b")])?;
/// assert_eq!(text.as_str(), "HOST=localhost\nMOTTO=\"it's \\$5\"\nNAME='a b'\n");
/// # Ok::<(), config_core::dotenv::SyntaxError>(())
/// ```
pub fn render<K: AsRef<str>, V: AsRef<str>>(
    pairs: impl IntoIterator<Item = (K, V)>,
) -> Result<Text, SyntaxError> {
    let mut text = TextBuilder::new();
    for (at, (key, value)) in pairs.into_iter().enumerate() {
        let key = key.as_ref();
        if !is_key(key) {
            let at = Position { line: saturated(at + 1), column: 1 };
            return Err(SyntaxError::new(
                at,
                "a key is letters, digits, `_`, `.` and `-`, and begins with a letter or `_`",
            ));
        }
        text.push_str(key);
        text.push_str("=");
        push_value(&mut text, value.as_ref());
        text.push_str("\n");
    }
    Ok(text.finish())
}

fn push_value(text: &mut TextBuilder, value: &str) {
    if value.bytes().all(is_plain) {
        text.push_str(value);
    } else if value.contains(['\'', '\n', '\r']) {
        text.push_str("\"");
        push_escaped(text, value);
        text.push_str("\"");
    } else {
        text.push_str("'");
        text.push_str(value);
        text.push_str("'");
    }
}

/// The inside of double quotes.
fn push_escaped(text: &mut TextBuilder, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find(['\n', '\r', '\\', '"', '$']) {
        text.push_str(&rest[..at]);
        text.push_str(match rest.as_bytes()[at] {
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\\' => "\\\\",
            b'"' => "\\\"",
            _ => "\\$",
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

/// Whether every dialect takes a character for itself.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b'@' | b'%' | b'+' | b',' | b'=')
}
