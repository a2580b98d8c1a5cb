//! Secrets built of their siblings, and structs judged as a whole.

use std::fmt::{self, Display, Write};

use super::{Builder, What};
use crate::schema::Schema;
use crate::secret::{ExposeSecret, SecretString};
use crate::secrets::{Invalid, Secrets};
use crate::value::TextBuilder;

/// The position of a field that is made later, or of the first field of a struct.
#[derive(Clone, Copy)]
pub struct Place(usize);

/// A piece of a template: the literal text before a `{name}`, then the value; the last piece has none.
pub struct Piece<'p> {
    /// The literal text.
    pub before: &'static str,
    /// The sibling's value.
    pub value: Part<'p>,
}

/// A value that goes into a composed secret.
pub enum Part<'p> {
    /// Nothing: the end of the template.
    End,
    /// The sibling could not be loaded; that problem is noted already.
    Missing,
    /// A secret's text.
    Secret(&'p SecretString),
    /// A setting.
    Setting(&'p dyn Display),
}

impl<'p> Part<'p> {
    /// A secret sibling.
    pub fn secret(value: &'p Option<SecretString>) -> Self {
        value.as_ref().map_or(Part::Missing, Part::Secret)
    }

    /// A setting beside it.
    pub fn setting<T: Display>(value: &'p Option<T>) -> Self {
        value.as_ref().map_or(Part::Missing, |value| Part::Setting(value))
    }
}

/// Passes over a composed field and remembers where it was.
pub fn later(builder: &mut Builder<'_>) -> Place {
    let place = here(builder);
    builder.next += 1;
    place
}

/// Where a struct with a validator of its own begins.
pub fn here(builder: &Builder<'_>) -> Place {
    Place(builder.next)
}

/// A secret built of its siblings in one wiped buffer, percent-encoded where the template is a URL. None where a
/// sibling is missing, whose problem is noted already.
pub fn composed(
    builder: &mut Builder<'_>,
    place: Place,
    pieces: &[Piece<'_>],
) -> Option<SecretString> {
    let is_url = pieces.first().is_some_and(|piece| piece.before.contains("://"));
    let mut text = TextBuilder::with_capacity(128);
    for piece in pieces {
        text.push_str(piece.before);
        let mut encoded = Encoded { text: &mut text, is_url };
        let written = match piece.value {
            Part::End => Ok(()),
            Part::Missing => return None,
            Part::Secret(secret) => encoded.write_str(secret.expose_secret()),
            Part::Setting(value) => write!(encoded, "{value}"),
        };
        if written.is_err() {
            let words = "a part of it cannot be written as text".to_owned();
            builder.check_failed(place.0, crate::error::ProblemKind::Refused, words, false);
            return None;
        }
    }
    let field = builder.field(place.0);
    if let Err(wrong) = crate::decode::fits(text.as_str(), field) {
        builder.note(place.0, What::Wrong(wrong));
        return None;
    }
    Some(crate::decode::secret_from(text.finish()))
}

/// A finished struct through its own validator; `Invalid::field` is a path below the place where the struct begins.
pub fn valid_struct<T: Secrets>(
    builder: &mut Builder<'_>,
    place: Place,
    value: T,
    check: impl Fn(&T) -> Result<(), Invalid>,
) -> Option<T> {
    if !builder.may_be_judged() {
        return None;
    }
    let Err(invalid) = check(&value) else { return Some(value) };
    builder.refuse(place.0, T::schema(), invalid);
    None
}

impl Builder<'_> {
    /// Notes what the validator of a struct refused, with the field that it names. One that names no field of its struct
    /// is told with the struct, since a made-up path would send the reader to nothing.
    fn refuse(&mut self, first: usize, structure: &'static Schema, invalid: Invalid) {
        let Invalid { field, message } = invalid;
        let leaves = structure.leaves();
        let named = leaves.iter().position(|leaf| leaf.path() == field);
        let is_nested = !field.is_empty()
            && leaves.iter().any(|leaf| {
                leaf.path().strip_prefix(field).is_some_and(|below| below.starts_with('.'))
            });
        let above = match (self.schema.leaves().get(first), leaves.first()) {
            (Some(whole), Some(local)) => {
                whole.path().strip_suffix(local.path()).unwrap_or_default()
            }
            _ => "",
        };
        let (path, words) = match named.is_some() || is_nested {
            true => (format!("{above}{field}"), message.to_owned()),
            false => {
                let whole = above.strip_suffix('.').unwrap_or(structure.name());
                let words = match field {
                    "" => message.to_owned(),
                    _ => format!(
                        "{message} (its validator names `{field}`, which is none of its fields)"
                    ),
                };
                (whole.to_owned(), words)
            }
        };
        let leaf = named.map(|at| first + at);
        let (has_origin, judged) = (leaf.is_some(), first..first + leaves.len());
        self.note(leaf.unwrap_or(first), What::Struct { path, words, has_origin, judged });
    }
}

/// Writes text so that it stands for itself inside a URL: all but the unreserved characters of RFC 3986 section 2.3 are
/// percent-encoded.
struct Encoded<'t> {
    text: &'t mut TextBuilder,
    is_url: bool,
}

impl Write for Encoded<'_> {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        if !self.is_url {
            self.text.push_str(more);
            return Ok(());
        }
        for byte in more.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                self.text.push(char::from(byte));
            } else {
                self.text.push('%');
                self.text.push(char::from(DIGITS[usize::from(byte >> 4)]));
                self.text.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
        Ok(())
    }
}
