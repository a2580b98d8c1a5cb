//! From what a source gave to the type of a field, by serde.

mod access;
mod scalar;
mod secret;
#[cfg(feature = "figment")]
mod shape;
mod text;
mod tree;
mod variant;
mod wrong;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_core::de::DeserializeOwned;

pub use secret::{DecodeSecret, SecretType};
pub(crate) use secret::{secret_from, secret_text};
#[cfg(feature = "figment")]
pub(crate) use shape::{Shape, shape, typed};
pub use wrong::Wrong;

use crate::schema::Field;
use crate::value::{Node, Value};
use tree::{Context, Decoder};

/// Reads a setting. The declared format holds for its text; for each element where it is a list or a map.
///
/// Where the type [takes the text over](takes_over), an empty one is left in its place. Otherwise it stays where it is:
/// should its type refuse it, the error may show it.
#[inline]
pub(crate) fn setting<T: DeserializeOwned>(
    node: &mut Node,
    field: &'static Field,
) -> Result<T, Wrong> {
    T::deserialize(Decoder::new(node, Context { whole: Some(field), ..Context::of(field) }))
}

/// Whether the type of a setting is a text, which takes the buffer over as it is and refuses none.
#[inline]
fn takes_over(field: &Field) -> bool {
    matches!(field.ty, "String" | "Option<String>")
}

/// What a type reads from nothing: `None` of an `Option`.
pub(crate) fn nothing<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(Decoder::new(&mut Node::default(), Context::default())).ok()
}

/// A list or map, or the one that a text stands for; none where the value is neither, nor reads as a list.
pub(crate) fn collection(node: &Node) -> Option<Cow<'_, Node>> {
    match &node.value {
        Value::List(_) | Value::Map(_) => Some(Cow::Borrowed(node)),
        Value::Text(text) if text::is_object(text) => text::map(text).ok().map(Cow::Owned),
        Value::Text(text) => text::list(text).ok().map(Cow::Owned),
        _ => None,
    }
}

/// How many elements a list or map has.
pub(crate) fn elements(node: &Node) -> Option<usize> {
    match &collection(node)?.value {
        Value::List(list) => Some(list.len()),
        Value::Map(map) => Some(map.len()),
        _ => None,
    }
}

/// Whether a text has the format that its field declares.
pub(crate) fn fits(text: &str, field: &Field) -> Result<(), Wrong> {
    scalar::check_format(field.format.as_ref(), text, true)
}
