//! The pairs of a `.env` text with their places, for tools.

use std::fmt;
use std::ops::Range;

use super::file::value;
use super::parser::{SyntaxError, Written, scan};
use crate::sources::read::not_utf8;
use crate::value::{Position, Text};

/// One pair of a `.env` text. Its `Debug` shows no value.
///
/// ```
/// let pairs = config_core::dotenv::parse(b"# mail\nexport HOST = \"mx.example.org\"\n")?;
/// assert_eq!((pairs[0].key.as_str(), pairs[0].value.as_str()), ("HOST", "mx.example.org"));
/// assert_eq!(pairs[0].value_at.to_string(), "line 2, column 15");
/// # Ok::<(), config_core::dotenv::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// The key.
    pub key: String,
    /// What the value means.
    pub value: Text,
    /// Where the key begins.
    pub key_at: Position,
    /// Where the value begins, with its quotes.
    pub value_at: Position,
    /// Which bytes of the text the value takes, with its quotes: what to replace to change it in place.
    pub span: Range<usize>,
}

/// Reads a `.env` text: every pair in order, a key that stands twice both times. Nothing is expanded.
///
/// # Errors
/// What is wrong and where, in words that never quote the text.
///
/// ```
/// let pairs = config_core::dotenv::parse(b"A=1 # one\nB='two words'\n")?;
/// assert_eq!(pairs[1].value.as_str(), "two words");
/// # Ok::<(), config_core::dotenv::SyntaxError>(())
/// ```
pub fn parse(bytes: &[u8]) -> Result<Vec<Pair>, SyntaxError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (message, at) = not_utf8(bytes, error.valid_up_to());
        SyntaxError::new(at, message)
    })?;
    let pairs = scan(text)?.into_iter().map(|entry| Pair {
        key: text[entry.key].to_owned(),
        value: value(text, &entry.value),
        key_at: entry.key_at,
        value_at: entry.value_at,
        span: span(&entry.value),
    });
    Ok(pairs.collect())
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = [REDACTED] at {}", self.key, self.key_at)
    }
}

fn span(written: &Written) -> Range<usize> {
    match written {
        Written::Plain(range) => range.clone(),
        Written::Single(range) | Written::Double(range) => range.start - 1..range.end + 1,
        Written::Made(_) => 0..0,
    }
}
