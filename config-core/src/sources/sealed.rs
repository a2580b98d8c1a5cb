//! What in a file is encrypted: opened with the identities of the load, or told that it cannot be.
//!
//! Without the feature `age` nothing opens, and nothing that is encrypted is taken for a value either.

use std::borrow::Cow;
use std::path::Path;

use crate::source::{Answer, Failure};
use crate::value::{Node, Value};

/// How a value begins that is encrypted by itself.
pub(crate) const MARK: &str = "ENC[age,";

/// How it ends.
#[cfg(feature = "age")]
pub(crate) const END: &str = "]";

/// The extension of a file that is encrypted as a whole.
const EXTENSION: &str = "age";

#[cfg_attr(not(feature = "age"), path = "sealed/off.rs")]
mod ring;
#[cfg(test)]
mod tests;

pub(crate) use ring::Ring;

/// Whether a file is encrypted as a whole, by its name.
pub(crate) fn is_whole(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// Its name without the extension that says so.
pub(crate) fn inner(path: &Path) -> Cow<'_, Path> {
    match is_whole(path) {
        true => Cow::Owned(path.with_extension("")),
        false => Cow::Borrowed(path),
    }
}

/// Whether a value is encrypted by itself.
pub(crate) fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

impl Ring {
    /// The answer with all that is encrypted in it opened; `table` is the part of the document that was looked in.
    pub(crate) fn opened(&self, answer: Answer, table: Option<&str>) -> Answer {
        let Answer::Value(mut found) = answer else { return answer };
        if !holds_sealed(&found.node) {
            return Answer::Value(found);
        }
        let path = match table {
            Some(table) => format!("{table}.{}", found.origin.key()),
            None => found.origin.key().to_owned(),
        };
        match self.open(&mut found.node, &path) {
            Ok(()) => Answer::value(found.node, found.origin),
            Err(failure) => {
                let failure = failure.key(found.origin.key().to_owned());
                Answer::Failed(match found.origin.file() {
                    Some(file) => failure.in_file(file.into(), found.origin.position()),
                    None => failure,
                })
            }
        }
    }

    /// A text of a variable, opened where it is encrypted.
    #[cfg(feature = "dotenv")]
    pub(crate) fn text(&self, name: &str, text: crate::value::Text) -> Result<Value, Failure> {
        match is_sealed(&text) {
            true => self.value(name, &text),
            false => Ok(Value::Text(text)),
        }
    }

    fn open(&self, node: &mut Node, path: &str) -> Result<(), Failure> {
        match &mut node.value {
            Value::Text(text) if is_sealed(text) => node.value = self.value(path, text)?,
            Value::List(elements) => {
                for element in elements {
                    self.open(element, path)?;
                }
            }
            Value::Map(entries) => {
                for (name, node) in entries {
                    self.open(node, &format!("{path}.{}", name.as_str()))?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether anything in it is encrypted.
fn holds_sealed(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => is_sealed(text),
        Value::List(elements) => elements.iter().any(holds_sealed),
        Value::Map(entries) => entries.iter().any(|(_, node)| holds_sealed(node)),
        _ => false,
    }
}

/// Whether there is something encrypted in these answers, and nothing that is not.
pub(crate) fn are_all(answers: &[Answer]) -> bool {
    let mut values = answers.iter().filter_map(|answer| match answer {
        Answer::Value(found) => Some(&found.node),
        _ => None,
    });
    let mut any = false;
    let all = values.all(|node| {
        any = true;
        matches!(&node.value, Value::Text(text) if is_sealed(text))
    });
    any && all
}
