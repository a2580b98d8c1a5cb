//! What an error can tell of the value that it is about.

use crate::schema::Field;
use crate::value::{Node, Value};

/// The longest text of a setting that is kept, in bytes: 64 characters of UTF-8. A longer one is never shown.
const KEPT: usize = 256;

/// What there was.
pub(super) enum Got {
    /// The default, since no source had it.
    Default,
    /// A text that may be shown if the gate lets it.
    Text(String),
    /// The same of a number.
    Number(String),
    /// A text that is a secret's or too long to show: its characters.
    Long(usize),
    /// What it was, where it was no text.
    Kind(&'static str),
}

impl Got {
    /// Of a secret no more than how long it is, or what it is instead of a text.
    pub(super) fn new(node: &Node, field: &Field) -> Self {
        match &node.value {
            Value::Text(text) if may_be_shown(text, field) => Self::Text(text.as_str().to_owned()),
            Value::Number(digits) | Value::Notation(digits) if may_be_shown(digits, field) => {
                Self::Number(digits.as_str().to_owned())
            }
            Value::Text(text) | Value::Number(text) => Self::Long(text.chars().count()),
            Value::Bool(true) if !field.is_secret() => Self::Kind("true"),
            Value::Bool(false) if !field.is_secret() => Self::Kind("false"),
            other => Self::Kind(other.kind()),
        }
    }
}

fn may_be_shown(text: &str, field: &Field) -> bool {
    !field.is_secret() && text.len() <= KEPT
}
