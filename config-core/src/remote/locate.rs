//! Where a key stands in a store of secrets.

use std::fmt;

use zeroize::Zeroizing;

use super::{Backend, Read};
use crate::schema::address::Address;
use crate::source::{Failure, FailureKind, Key};
use crate::value::{Node, Value};

/// The secret that an entry of a list names: `secret/app`, `secret/app@7`.
pub(crate) struct Place {
    written: String,
    pub(super) read: Read,
}

/// Where one key stands.
pub(crate) struct Located<'k> {
    pub(crate) read: Read,
    pub(super) within: Within<'k>,
}

/// What of a secret is the value.
pub(super) enum Within<'k> {
    /// The whole.
    Whole,
    /// What the document has under a name that was declared.
    Named(&'k str),
    /// What the document has under one of the names of the field, below the place of its nested struct.
    Field { below: &'k str },
}

impl Place {
    /// Reads `place` or `place@version`; the store may have words of its own for a place in which keys are looked for.
    ///
    /// # Errors
    /// It is written otherwise.
    pub(crate) fn read(
        written: &str,
        table: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let malformed = |message: &'static str| {
            Failure::new(FailureKind::Malformed, message).elsewhere(written.to_owned())
        };
        match Address::read(written).map_err(|mistake| malformed(mistake.message()))? {
            Address { place: Some(place), version, key: None } => Ok(Self {
                written: written.to_owned(),
                read: Read {
                    place: table(place).unwrap_or_else(|| place.to_owned()),
                    version: version.map(str::to_owned),
                },
            }),
            Address { key: Some(_), .. } => {
                Err(malformed("a place of a list has no `#key`: write it at the field"))
            }
            Address { place: None, .. } => Err(malformed("a version alone is no place")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Where a key stands: in the secret that it names itself, else in that of its nested struct, else in that of the
/// list's entry, else in a secret of its own.
pub(crate) fn locate<'k>(
    key: &Key<'k>,
    place: Option<&Place>,
    backend: &impl Backend,
) -> Result<Located<'k>, Failure> {
    let malformed = |text: &str, message: &'static str| {
        Failure::new(FailureKind::Malformed, message).elsewhere(text.to_owned())
    };
    let address = match key.own() {
        Some(own) => Some(Address::read(own).map_err(|mistake| malformed(own, mistake.message()))?),
        None => None,
    };
    let base = match key.base() {
        Some(base) => Some(Place::read(base, |place| backend.table(place))?.read),
        None => None,
    };
    let default = base.or_else(|| place.map(|place| place.read.clone()));
    let within = match address {
        Some(Address { key: Some(name), .. }) => Within::Named(name),
        Some(Address { place: Some(_), .. }) => Within::Whole,
        _ if default.is_some() => Within::Field { below: key.path_below_base() },
        _ => Within::Whole,
    };
    let version = address.and_then(|address| address.version).map(str::to_owned);
    if let Some(place) = address.and_then(|address| address.place) {
        return Ok(Located { read: Read { place: place.to_owned(), version }, within });
    }
    let read = default.or_else(|| backend.own_name(key).map(|place| Read { place, version: None }));
    match read {
        Some(read) => {
            let version = version.or(read.version);
            Ok(Located { read: Read { version, ..read }, within })
        }
        None => Err(Failure::new(
            FailureKind::NotConfigured,
            "neither the list nor the field says in which secret it stands",
        )
        .hint("give the entry of the list a place, or the field a key `place#key`")),
    }
}

/// Whether a key stands in the same secret whatever the entry of the list names.
pub(super) fn names_place(key: &Key<'_>) -> bool {
    let own = key.own().and_then(|own| Address::read(own).ok());
    key.base().is_some() || own.is_some_and(|own| own.place.is_some())
}

impl<'k> Located<'k> {
    /// The name in the document; none where the whole is meant.
    pub(crate) const fn name(&self) -> Option<&'k str> {
        match self.within {
            Within::Whole => None,
            Within::Named(name) | Within::Field { below: name } => Some(name),
        }
    }

    /// Whether the name was declared, and so is the only one.
    pub(super) const fn is_named(&self) -> bool {
        matches!(self.within, Within::Named(_))
    }

    /// What stands in reports for the key.
    pub(super) fn shown(&self, name: Option<&str>) -> String {
        match name {
            Some(name) => format!("{}#{name}", self.read),
            None => self.read.to_string(),
        }
    }
}

/// A value of the store's that may be binary.
pub(crate) fn text_or_bytes(bytes: Zeroizing<Vec<u8>>) -> Node {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Node::from(text),
        Err(_) => Node::new(Value::Bytes(bytes), crate::value::Position::default()),
    }
}
