//! Secrets built of their siblings, and structs judged as a whole.

use std::fmt::{self, Display, Write};

use super::{Builder, What};
use crate::schema::Leaf;
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
    let Err(invalid) = check(&value) else { return Some(value) };
    let whole = builder.schema.leaves().get(place.0).map_or("", Leaf::path);
    let local = T::schema().leaves().first().map_or("", Leaf::path);
    let above = whole.strip_suffix(local).unwrap_or_default();
    let path = format!("{above}{}", invalid.field);
    builder.note(place.0, What::Struct { path, message: invalid.message });
    None
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
