//! Where a key stands in a store of secrets, and what is found there.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::{Backend, Blob, Outcome, Read, Unread};
use crate::document::json;
use crate::document::lookup;
use crate::origin::{Absence, Origin};
use crate::schema::address::Address;
use crate::source::{Answer, Failure, FailureKind, Key};
use crate::value::{Node, Value};

/// The secret that an entry of a list names: `secret/app`, `secret/app@7`.
pub(crate) struct Place {
    written: String,
    read: Read,
}

/// Where one key stands.
pub(crate) struct Located<'k> {
    pub(crate) read: Read,
    within: Within<'k>,
}

/// What of a secret is the value.
enum Within<'k> {
    /// The whole.
    Whole,
    /// What the document has under a name that was declared.
    Named(&'k str),
    /// What the document has under one of the names of the field, below the place of its nested struct.
    Field { below: &'k str },
}

/// What was read of one secret, as a document once somebody asks for a key in it.
pub(crate) struct Document<'o> {
    outcome: &'o Outcome,
    parsed: OnceLock<Result<Cow<'o, Node>, Failure>>,
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

impl Located<'_> {
    /// The name in the document; none where the whole is meant.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.within {
            Within::Whole => None,
            Within::Named(name) => Some((*name).to_owned()),
            Within::Field { below } => Some((*below).to_owned()),
        }
    }

    /// What stands in reports for the key.
    fn shown(&self, name: Option<&str>) -> String {
        let Read { place, version } = &self.read;
        let version = version.as_ref().map_or(String::new(), |version| format!("@{version}"));
        match name {
            Some(name) => format!("{place}{version}#{name}"),
            None => format!("{place}{version}"),
        }
    }
}

impl<'o> Document<'o> {
    pub(crate) const fn new(outcome: &'o Outcome) -> Self {
        Self { outcome, parsed: OnceLock::new() }
    }

    /// The answer to one key.
    pub(crate) fn answer(
        &self,
        located: &Located<'_>,
        key: &Key<'_>,
        place: Option<&Place>,
    ) -> Answer {
        let at_place = place.is_some_and(|place| place.read == located.read);
        let absence = |name: Option<&str>, why: Cow<'static, str>| {
            if at_place && let Some(name) = name {
                return Absence::new(name.to_owned(), why);
            }
            Absence::new(located.shown(name), why).elsewhere()
        };
        let name = located.name();
        let blob = match self.outcome {
            Ok(blob) => blob,
            Err(Unread::Absent(why)) => {
                return Answer::Absent(absence(name.as_deref(), Cow::Borrowed(why)));
            }
            Err(Unread::NotRead(why)) => {
                return Answer::Unread(absence(name.as_deref(), Cow::Borrowed(why)));
            }
            Err(Unread::Failed(failure)) => return Answer::Failed(placed(failure, located, None)),
        };
        let origin = |name: Option<&str>| {
            let origin = match name {
                Some(name) if at_place => Origin::new(name.to_owned()),
                name => Origin::new(located.shown(name)).elsewhere(),
            };
            let origin = match &blob.version {
                Some(version) => origin.version(version.as_str()),
                None => origin,
            };
            match blob.age {
                Some(age) => origin.aged(age),
                None => origin,
            }
        };
        if matches!(located.within, Within::Whole) {
            return Answer::value(blob.node.clone(), origin(None));
        }
        let document = match self.document(blob) {
            Ok(document) => document,
            Err(failure) => return Answer::Failed(placed(failure, located, None)),
        };
        let key = match located.within {
            Within::Named(name) => Key { own: Some(name), base: None, ..*key },
            _ => Key { path: key.path_below_base(), own: None, base: None, ..*key },
        };
        match lookup::answer(document, &key, None) {
            Answer::Value(found) => {
                let origin = origin(Some(found.origin.key()));
                Answer::value(found.node, origin)
            }
            Answer::Empty(found) => Answer::Empty(origin(Some(found.key()))),
            Answer::Absent(missing) => {
                let why = match &blob.version {
                    Some(version) => Cow::Owned(format!("{}, version {version}", missing.why)),
                    None => missing.why,
                };
                Answer::Absent(absence(Some(&missing.key), why))
            }
            Answer::Unread(missing) => Answer::Unread(missing),
            Answer::Failed(failure) => {
                Answer::Failed(placed(&failure, located, located.name().as_deref()))
            }
        }
    }

    /// The secret as a document: a table of the store's own, or a text that is a JSON object.
    fn document(&self, blob: &'o Blob) -> Result<&Node, &Failure> {
        let parsed = self.parsed.get_or_init(|| match &blob.node.value {
            Value::Map(_) => Ok(Cow::Borrowed(&blob.node)),
            Value::Text(text) => read_object(text),
            Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => read_object(text),
                Err(_) => Err(no_object("it is binary")),
            },
            other => Err(no_object(other.kind())),
        });
        parsed.as_deref()
    }
}

/// A text as a JSON object.
fn read_object<'o>(text: &str) -> Result<Cow<'o, Node>, Failure> {
    match json::parse(text) {
        Ok(node) if matches!(node.value, Value::Map(_)) => Ok(Cow::Owned(node)),
        Ok(node) => Err(no_object(node.value.kind())),
        Err(error) if text.trim_start().starts_with('{') => {
            let message = format!("the secret is no JSON object: {}, {}", error.at, error.message);
            Err(Failure::new(FailureKind::Malformed, message))
        }
        Err(_) => Err(no_object("a text")),
    }
}

fn no_object(is: &str) -> Failure {
    let message = format!("the secret has no keys: it has to be a JSON object, and is {is}");
    Failure::new(FailureKind::Malformed, message)
        .hint("leave `#key` away where the whole secret is the value")
}

/// The failure with the secret that it is of, or the key in it. One that is of the whole secret is the same for all of
/// its keys, and so is told once.
fn placed(failure: &Failure, located: &Located<'_>, name: Option<&str>) -> Failure {
    match &failure.key {
        Some(_) => failure.clone(),
        None => failure.clone().elsewhere(located.shown(name)),
    }
}

/// A value of the store's that may be binary.
pub(crate) fn text_or_bytes(bytes: Zeroizing<Vec<u8>>) -> Node {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Node::from(text),
        Err(_) => Node::new(Value::Bytes(bytes), crate::value::Position::default()),
    }
}
