//! What is found of keys in a secret that was read.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::locate::{Located, Place, Within};
use super::{Blob, Outcome, Unread};
use crate::document::json;
use crate::document::lookup::{NO_SUCH_KEY, Root};
use crate::document::strays::Strays;
use crate::origin::{Absence, Origin};
use crate::source::{Answer, Failure, FailureKind, Key};
use crate::value::{Node, Value};

/// One key that is asked for.
pub(super) type Asked<'a> = (&'a Located<'a>, &'a Key<'a>);

/// What a secret says to all the keys that stand in it.
pub(super) struct Said {
    pub(super) answers: Vec<Answer>,
    /// The names that it has, where it is a document in which keys are looked for.
    pub(super) names: Option<Node>,
}

/// The answers to all the keys that stand in one secret; the place is that of the list's entry.
pub(super) fn answers(outcome: &Outcome, asked: &[Asked<'_>], place: Option<&Place>) -> Said {
    let is_within = |(located, _): &Asked<'_>| !matches!(located.within, Within::Whole);
    let read = outcome.as_ref().ok().filter(|_| asked.iter().any(is_within)).map(document);
    let document = read.as_ref().map(|read| match read {
        Ok(node) => Ok(Document { node, root: Root::indexed(node), strays: OnceCell::new() }),
        Err(failure) => Err(failure),
    });
    let each = asked.iter().map(|&(located, key)| {
        let words = Words { located, place };
        let blob = match outcome {
            Ok(blob) => blob,
            Err(unread) => return words.unread(unread),
        };
        match &document {
            Some(Ok(document)) => document.answer(blob, words, key, asked),
            Some(Err(failure)) if located.name().is_some() => words.failed(failure, None),
            _ => Answer::value(blob.node.clone(), words.origin(None, blob)),
        }
    });
    let names = match &document {
        Some(Ok(document)) => Some(names(document.node)),
        _ => None,
    };
    Said { answers: each.collect(), names }
}

/// The key as it is looked for in the document that it stands in; none where the whole is its value.
pub(super) fn inside<'k>(located: &Located<'k>, key: &Key<'k>) -> Option<Key<'k>> {
    match located.within {
        Within::Whole => None,
        // Its path is no name of it here.
        Within::Named(name) => Some(Key { path: "", own: Some(name), base: None, ..*key }),
        Within::Field { below } => Some(Key { path: below, own: None, base: None, ..*key }),
    }
}

/// A document without its values: what it is called that stands in it.
fn names(node: &Node) -> Node {
    match &node.value {
        Value::Map(entries) => {
            let inner = entries.iter().map(|(name, node)| (name.clone(), names(node)));
            Node::new(Value::Map(inner.collect()), node.at)
        }
        _ => Node::default(),
    }
}

/// A secret as a document in which keys are looked for.
struct Document<'d> {
    node: &'d Node,
    root: Root<'d>,
    strays: OnceCell<Strays>,
}

/// How an answer to one key is worded.
#[derive(Clone, Copy)]
struct Words<'a> {
    located: &'a Located<'a>,
    place: Option<&'a Place>,
}

impl Document<'_> {
    fn answer(&self, blob: &Blob, words: Words<'_>, key: &Key<'_>, asked: &[Asked<'_>]) -> Answer {
        let Some(key) = inside(words.located, key) else {
            return Answer::value(blob.node.clone(), words.origin(None, blob));
        };
        match self.root.answer(&key, None) {
            Answer::Value(found) => {
                let origin = words.origin(Some(found.origin.key()), blob);
                Answer::value(found.node, origin)
            }
            Answer::Empty(found) => Answer::Empty(words.origin(Some(found.key()), blob)),
            Answer::Absent(missing) => {
                let meant = Some(&missing).filter(|missing| missing.why == NO_SUCH_KEY);
                let meant = meant.and_then(|missing| self.strays(asked).nearest(&missing.key));
                let version = blob.version.as_ref();
                let why = match (version, meant) {
                    (None, None) => missing.why,
                    (version, meant) => Cow::Owned(format!(
                        "{}{}{}",
                        missing.why,
                        version.map_or(String::new(), |version| format!(", version {version}")),
                        meant.map_or(String::new(), |meant| format!("; did you mean {meant}?")),
                    )),
                };
                Answer::Absent(words.absence(Some(&missing.key), why).aged(blob.age))
            }
            Answer::Unread(missing) => Answer::Unread(missing),
            Answer::Failed(failure) => words.failed(&failure, words.located.name()),
        }
    }

    /// What it has that no key asks for.
    fn strays(&self, asked: &[Asked<'_>]) -> &Strays {
        self.strays.get_or_init(|| {
            let names = asked.iter().flat_map(|(located, key)| {
                let variables = if located.is_named() { &[] } else { key.variables };
                located.name().into_iter().chain(variables.iter().copied())
            });
            Strays::of(self.node, &names.collect::<BTreeSet<&str>>())
        })
    }
}

impl Words<'_> {
    /// Whether the key stands in the secret that the label of the source names.
    fn is_at_place(self) -> bool {
        self.place.is_some_and(|place| place.read == self.located.read)
    }

    fn absence(self, name: Option<&str>, why: Cow<'static, str>) -> Absence {
        match name.filter(|_| self.is_at_place()) {
            Some(name) => Absence::new(name.to_owned(), why),
            None => Absence::new(self.located.shown(name), why).elsewhere(),
        }
    }

    fn origin(self, name: Option<&str>, blob: &Blob) -> Origin {
        let origin = match name.filter(|_| self.is_at_place()) {
            Some(name) => Origin::new(name.to_owned()),
            None => Origin::new(self.located.shown(name)).elsewhere(),
        };
        let origin = match &blob.version {
            Some(version) => origin.version(version.as_str()),
            None => origin,
        };
        #[cfg(feature = "live")]
        let origin = origin.lent(blob.good_until);
        match blob.age {
            Some(age) => origin.aged(age),
            None => origin,
        }
    }

    fn unread(self, unread: &Unread) -> Answer {
        let absence = |why| self.absence(self.located.name(), why);
        match unread {
            Unread::Absent(why) => Answer::Absent(absence(Cow::Borrowed(*why))),
            Unread::WasAbsent { why, age, .. } => {
                Answer::Absent(absence(why.clone()).aged(Some(*age)))
            }
            Unread::NotRead(why) => Answer::Unread(absence(Cow::Borrowed(*why))),
            Unread::Failed(failure) => self.failed(failure, None),
        }
    }

    /// The failure with the secret that it is of, or the key in it. One that is of the whole secret is the same for all of
    /// its keys, and so is told once.
    fn failed(self, failure: &Failure, name: Option<&str>) -> Answer {
        Answer::Failed(match &failure.key {
            Some(_) => failure.clone(),
            None => failure.clone().elsewhere(self.located.shown(name)),
        })
    }
}

/// The secret as a document: a table of the store's own, or a text that is a JSON object.
fn document(blob: &Blob) -> Result<Cow<'_, Node>, Failure> {
    match &blob.node.value {
        Value::Map(_) => Ok(Cow::Borrowed(&blob.node)),
        Value::Text(text) => read_object(text),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => read_object(text),
            Err(_) => Err(no_object("it is binary")),
        },
        other => Err(no_object(other.kind())),
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
