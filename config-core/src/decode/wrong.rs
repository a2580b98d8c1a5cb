//! What was wrong with a value, in words that hold nothing of it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde_core::de::{self, Expected, Unexpected};

use crate::document::SyntaxError;
use crate::error::ProblemKind;
use crate::format::Format;
use crate::value::{Position, Text, TextBuilder, Value};

/// Why a value does not fit the type of its field.
///
/// The words are ours and say nothing of the value. What a foreign `Deserialize` said is kept apart, as are the keys
/// of maps: both may hold a part of the value, and may be shown for a setting that passed the gate, never else.
pub struct Wrong(Box<Parts>);

struct Parts {
    words: Cow<'static, str>,
    got: Option<&'static str>,
    /// From the innermost outwards.
    steps: Vec<Step>,
    at: Position,
    foreign: Option<Text>,
    format: bool,
}

/// One step into a value.
pub(super) enum Step {
    /// An element of a list, from 0.
    Index(usize),
    /// A field of a struct or a variant of an enum, as its type names it.
    Field(&'static str),
    /// An entry of a map, from 0, and its key.
    Entry(usize, Text),
}

impl Wrong {
    /// A whole message of ours.
    pub(crate) fn new(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            words: words.into(),
            got: None,
            steps: Vec::new(),
            at: Position::default(),
            foreign: None,
            format: false,
        }))
    }

    /// "expected" and what was.
    pub(super) fn expected(what: impl fmt::Display) -> Self {
        Self::new(format!("expected {what}"))
    }

    /// The error that something else than a text was given to a parser of the application.
    pub(crate) fn not_a_text(value: &Value) -> Self {
        Self::expected("a text; write it in quotes").got(value)
    }

    /// The error that a text does not have its format.
    pub(super) fn format(format: &Format) -> Self {
        let mut wrong = Self::expected(format);
        wrong.0.format = true;
        wrong
    }

    /// The error of an empty text among several.
    pub(super) fn empty() -> Self {
        let mut wrong = Self::expected("a text that is not empty");
        wrong.0.format = true;
        wrong
    }

    /// "expected" and what was, where the text has the beginnings of JSON, with what is wrong with that.
    pub(super) fn json(what: &str, error: &SyntaxError) -> Self {
        // A message that was put together names keys, and those are a part of the value.
        let message = match &error.message {
            Cow::Borrowed(message) => message,
            Cow::Owned(_) => "a key stands twice or is malformed",
        };
        match error.at {
            Position { line: 0 | 1, column } => {
                Self::expected(format_args!("{what}; JSON: {message} at column {column}"))
            }
            at => Self::expected(format_args!("{what}; JSON: {message} at {at}")),
        }
    }

    /// Adds what kind of value was there instead; of a text that goes without saying.
    pub(super) fn got(mut self, value: &Value) -> Self {
        if !matches!(value, Value::Text(_)) {
            self.0.got = Some(value.kind());
        }
        self
    }

    /// Adds the place in the file, unless one further inside is known.
    pub(super) fn at(mut self, at: Position) -> Self {
        if !self.0.at.is_known() {
            self.0.at = at;
        }
        self
    }

    /// Adds the step that leads to where it went wrong.
    pub(super) fn inside(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// Without anything that a foreign type said and without keys.
    pub(super) fn ours_alone(mut self) -> Self {
        self.0.foreign = None;
        for step in &mut self.0.steps {
            if let Step::Entry(_, key) = step {
                *key = Text::default();
            }
        }
        self
    }

    /// The message, without the path.
    pub(crate) fn words(&self) -> &str {
        &self.0.words
    }

    /// What kind of value was there instead, where it was no text: `a table`.
    pub(crate) fn got_kind(&self) -> Option<&'static str> {
        self.0.got
    }

    /// Whether the text does not have its declared format, or does not read as its type.
    pub(crate) fn kind(&self) -> ProblemKind {
        if self.0.format { ProblemKind::WrongFormat } else { ProblemKind::WrongType }
    }

    /// What a foreign type said. It may hold a part of the value.
    pub(crate) fn foreign(&self) -> Option<&str> {
        self.0.foreign.as_ref().map(|text| text.as_str())
    }

    /// Where in the file it stands, where that is known.
    pub(crate) fn position(&self) -> Position {
        self.0.at
    }

    /// The way into the value: `[2].host`; empty where the value itself is wrong. Keys of maps are a part of the
    /// value, and so are numbered: `{2}`.
    pub(crate) fn path(&self) -> String {
        self.steps(false)
    }

    /// The same with the keys of maps, for a setting.
    pub(crate) fn path_with_keys(&self) -> String {
        self.steps(true)
    }

    fn steps(&self, keys: bool) -> String {
        let mut path = String::new();
        for step in self.0.steps.iter().rev() {
            let dot = if path.is_empty() { "" } else { "." };
            // Writing to a `String` cannot fail.
            let _ = match step {
                Step::Index(index) => write!(path, "[{index}]"),
                Step::Field(name) => write!(path, "{dot}{name}"),
                Step::Entry(_, key) if keys && is_plain(key) => {
                    write!(path, "{dot}{}", key.as_str())
                }
                Step::Entry(index, _) => write!(path, "{{{index}}}"),
            };
        }
        path
    }
}

/// Whether a key can stand in a path as it is.
fn is_plain(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(self.words())?;
        match self.got_kind() {
            Some(kind) => write!(f, "; got {kind}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let mut foreign = TextBuilder::new();
        let written = write!(foreign, "{message}");
        let mut wrong = Self::new("its type does not accept it");
        wrong.0.foreign = written.is_ok().then(|| foreign.finish());
        wrong
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let mut wrong = Self::custom(format_args!("expected {expected}"));
        wrong.0.words = format!("{} is not the right number", Elements(length)).into();
        wrong
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        match known {
            [] => Self::new("expected an enum that has variants"),
            [one] => Self::expected(one),
            _ => Self::expected(format_args!("one of {}", Names(known))),
        }
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        match known {
            [] => Self::new("has a key, but none is known"),
            _ => Self::new(format!("has a key that is not known; known are {}", Names(known))),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the key {field} is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("the key {field} stands twice"))
    }
}

/// Names with commas between.
pub(super) struct Names(pub(super) &'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            write!(f, "{}{name}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// So many elements.
pub(super) struct Elements(pub(super) usize);

impl fmt::Display for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} element{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}
