//! Documents: text in a known syntax, read into a tree that remembers where each value stands.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use crate::format::is_name;
use crate::value::{Node, Position, Text};

pub(crate) mod json;
pub(crate) mod lookup;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(feature = "_net")]
pub(crate) mod strays;
#[cfg(feature = "toml")]
pub(crate) mod toml;
#[cfg(feature = "yaml")]
pub(crate) mod yaml;

/// The syntaxes of files, told apart by the extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Toml,
    Yaml,
}

/// How many levels of lists and tables a document may have.
pub(crate) const DEPTH: usize = 128;

/// Why a document could not be read, in words that quote nothing of it but the names of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) at: Position,
    pub(crate) message: Cow<'static, str>,
}

/// Turns offsets into places. Asked in rising order it reads the text once.
pub(crate) struct Places<'t> {
    text: &'t str,
    offset: usize,
    at: Position,
}

/// The name of a key as messages show it. One that does not read as a name may be a secret that stands in the wrong
/// place: of that, how long it is.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Syntax {
    /// The syntax of a file; none where its extension is of no syntax that is known.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        let syntaxes =
            [("json", Self::Json), ("toml", Self::Toml), ("yaml", Self::Yaml), ("yml", Self::Yaml)];
        syntaxes
            .iter()
            .find(|(name, _)| extension.eq_ignore_ascii_case(name))
            .map(|(_, syntax)| *syntax)
    }

    /// The Cargo feature that reading it needs and that is off.
    pub(crate) const fn missing_feature(self) -> Option<&'static str> {
        match self {
            Self::Json if !cfg!(feature = "json") => Some("json"),
            Self::Toml if !cfg!(feature = "toml") => Some("toml"),
            Self::Yaml if !cfg!(feature = "yaml") => Some("yaml"),
            _ => None,
        }
    }

    /// Reads a whole document.
    pub(crate) fn parse(self, text: &str) -> Result<Node, SyntaxError> {
        match self {
            Self::Json => json::parse(text),
            #[cfg(feature = "toml")]
            Self::Toml => toml::parse(text),
            #[cfg(feature = "yaml")]
            Self::Yaml => yaml::parse(text),
            #[cfg(not(all(feature = "toml", feature = "yaml")))]
            _ => Err(SyntaxError::new(Position::START, "its syntax is of a feature that is off")),
        }
    }
}

impl SyntaxError {
    pub(crate) fn new(at: Position, message: impl Into<Cow<'static, str>>) -> Self {
        Self { at, message: message.into() }
    }

    fn too_deep(at: Position) -> Self {
        Self::new(at, format!("nested deeper than {DEPTH} levels"))
    }

    fn twice(key: &str, at: Position, first: Position) -> Self {
        Self::new(at, format!("key {} stands twice; first at line {}", Shown(key), first.line))
    }
}

impl<'t> Places<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, offset: 0, at: Position::START }
    }

    /// The place of the character that begins at an offset, or after the last one.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let bytes = self.text.as_bytes();
        let end = offset.min(bytes.len());
        for index in self.offset..end {
            match bytes[index] {
                b'\r' if bytes.get(index + 1) == Some(&b'\n') => {}
                b'\n' | b'\r' => {
                    self.at = Position { line: self.at.line.saturating_add(1), column: 1 }
                }
                byte if byte & 0xC0 == 0x80 => {}
                _ => self.at.column = self.at.column.saturating_add(1),
            }
        }
        self.offset = end;
        self.at
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_name(self.0) {
            true => write!(f, "`{}`", self.0),
            false => write!(f, "of {} characters", self.0.chars().count()),
        }
    }
}

/// Refuses a table in which a key stands twice; `places` are those of the keys, in the same order.
pub(crate) fn each_key_once(
    entries: &[(Text, Node)],
    places: &[Position],
) -> Result<(), SyntaxError> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|&a, &b| entries[a].0.as_str().cmp(entries[b].0.as_str()).then(a.cmp(&b)));
    let twice = order
        .windows(2)
        .filter(|pair| entries[pair[0]].0 == entries[pair[1]].0)
        .min_by_key(|pair| pair[1]);
    match twice {
        Some(&[first, second]) => {
            Err(SyntaxError::twice(&entries[second].0, places[second], places[first]))
        }
        _ => Ok(()),
    }
}

/// A number as decimal digits.
#[cfg(any(feature = "toml", feature = "yaml"))]
pub(crate) fn decimal(number: u128) -> Text {
    use std::fmt::Write;
    let mut digits = crate::value::TextBuilder::with_capacity(39);
    // Writing into this buffer cannot fail.
    let _ = write!(digits, "{number}");
    digits.finish()
}

/// A text without the mark that some editors put before it.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
