//! Secrets: never guessed, never copied into a buffer that is not wiped, never in a message.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use serde_core::de::DeserializeOwned;
use zeroize::{Zeroize, Zeroizing};

use super::scalar::check_format;
use super::text::{self, LIST, MAP};
use super::tree::{Context, Decoder};
use super::wrong::{Step, Wrong};
use crate::schema::Field;
use crate::secret::{Secret, SecretBytes, SecretString, SecretValue};
use crate::value::{Node, Text, Value, exact};

/// A type that keeps what it holds from being printed, and so may stand under `#[secret(..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type for a secret, which is never printed and is wiped when dropped",
    label = "write `SecretString` for a text, `SecretBytes` for bytes, `Secret<_>` for anything else",
    note = "an `Option`, a `Vec` or a `HashMap<String, _>` of those is one too; a value that is no secret stands under `#[setting(..)]`",
    note = "the `T` of a `Secret<T>` is `serde::Deserialize` and `zeroize::Zeroize`, and `impl config_core::SecretValue for T {{}}` says that it may be a secret"
)]
pub trait SecretType: Sized {
    /// Asked for where nothing but the bound is wanted.
    #[doc(hidden)]
    const FITS: () = ();
}

/// A secret that can be read from what a source gave.
pub trait DecodeSecret: SecretType {
    /// Reads the secret. The declared format holds for its text; for each element where it is a list or a map.
    #[doc(hidden)]
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong>;

    /// What it is where no source has it, if it may be absent.
    #[doc(hidden)]
    fn nothing() -> Option<Self> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl SecretType for SecretString {}
#[diagnostic::do_not_recommend]
impl SecretType for SecretBytes {}
#[diagnostic::do_not_recommend]
impl<T: Zeroize + SecretValue> SecretType for Secret<T> {}
#[diagnostic::do_not_recommend]
impl<S: SecretType> SecretType for Option<S> {}
#[diagnostic::do_not_recommend]
impl<S: SecretType> SecretType for Vec<S> {}
#[diagnostic::do_not_recommend]
impl<S: SecretType, H: BuildHasher + Default> SecretType for HashMap<String, S, H> {}
#[diagnostic::do_not_recommend]
impl<S: SecretType> SecretType for BTreeMap<String, S> {}

#[diagnostic::do_not_recommend]
impl DecodeSecret for SecretString {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        let text = text(node)?;
        check_format(field.format.as_ref(), text, true).map_err(|wrong| wrong.at(node.at))?;
        Ok(secret_from(exact(text)))
    }
}

#[diagnostic::do_not_recommend]
impl DecodeSecret for SecretBytes {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        if let Some(bytes) =
            text::bytes(&node.value, field.format).map_err(|wrong| wrong.at(node.at))?
        {
            return Ok(bytes.into());
        }
        let text = text(node)?;
        check_format(field.format.as_ref(), text, true).map_err(|wrong| wrong.at(node.at))?;
        Ok(Zeroizing::new(text.as_bytes().to_vec()).into())
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Zeroize + SecretValue> DecodeSecret for Secret<T> {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        let context = Context { secret: true, ..Context::of(field) };
        let mut own = node.clone();
        T::deserialize(Decoder::new(&mut own, context)).map(Self::new).map_err(Wrong::ours_alone)
    }
}

#[diagnostic::do_not_recommend]
impl<S: DecodeSecret> DecodeSecret for Option<S> {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        match node.value {
            Value::Null => Ok(None),
            _ => S::decode(node, field).map(Some),
        }
    }

    fn nothing() -> Option<Self> {
        Some(None)
    }
}

#[diagnostic::do_not_recommend]
impl<S: DecodeSecret> DecodeSecret for Vec<S> {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        let list = opened(node, text::list)?;
        let Value::List(elements) = &list.value else { return Err(not(LIST, node)) };
        let each =
            |(index, node)| element(node, field).map_err(|wrong| wrong.inside(Step::Index(index)));
        elements.iter().enumerate().map(each).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<S: DecodeSecret, H: BuildHasher + Default> DecodeSecret for HashMap<String, S, H> {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        entries(node, field)
    }
}

#[diagnostic::do_not_recommend]
impl<S: DecodeSecret> DecodeSecret for BTreeMap<String, S> {
    fn decode(node: &Node, field: &'static Field) -> Result<Self, Wrong> {
        entries(node, field)
    }
}

/// The text of a value as a secret, for names that no field declares.
pub(crate) fn secret_text(node: &Node) -> Result<SecretString, Wrong> {
    text(node).map(|text| secret_from(exact(text)))
}

/// A text as a secret, in its own buffer where that has its exact size. Boxing would move a text out of a larger one,
/// and leave that as it is.
pub(crate) fn secret_from(mut text: Text) -> SecretString {
    if text.len() != text.capacity() {
        text = exact(&text);
    }
    SecretString::from(std::mem::take(&mut *text))
}

/// One secret of several. Nobody means an empty one, such as `a,` has, unless the field says so.
fn element<S: DecodeSecret>(node: &Node, field: &'static Field) -> Result<S, Wrong> {
    match node.value.is_empty() && !field.allow_empty {
        true => Err(Wrong::empty().at(node.at)),
        false => S::decode(node, field),
    }
}

fn entries<S: DecodeSecret, M: FromIterator<(String, S)>>(
    node: &Node,
    field: &'static Field,
) -> Result<M, Wrong> {
    let map = opened(node, text::map)?;
    let Value::Map(entries) = &map.value else { return Err(not(MAP, node)) };
    let each = |(index, (key, node)): (usize, &(Text, Node))| match element(node, field) {
        Ok(secret) => Ok((String::clone(key), secret)),
        Err(wrong) => Err(wrong.inside(Step::Entry(index, Text::default()))),
    };
    entries.iter().enumerate().map(each).collect()
}

/// The value, or what its text holds.
fn opened(node: &Node, open: fn(&str) -> Result<Node, Wrong>) -> Result<Cow<'_, Node>, Wrong> {
    match &node.value {
        Value::Text(text) => open(text).map(Cow::Owned).map_err(|wrong| wrong.at(node.at)),
        _ => Ok(Cow::Borrowed(node)),
    }
}

/// The text of a secret; of a number its digits. Anything else would have to be guessed.
fn text(node: &Node) -> Result<&str, Wrong> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Ok(text),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| not("a text in UTF-8", node)),
        _ => Err(not("a text; quote it", node)),
    }
}

fn not(expected: &str, node: &Node) -> Wrong {
    Wrong::expected(expected).got(&node.value).at(node.at)
}
