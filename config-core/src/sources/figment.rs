//! Any figment provider as a source, and the loaded settings as a figment provider.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use figment::value::{Dict, Map, Num, Tag, Value as Foreign};
use figment::{Metadata, Profile, Provider, Source as Place};
use zeroize::Zeroizing;

use crate::document::lookup::{self, Lookup};
use crate::origin::Origin;
use crate::source::{
    Answer, Claims, Failure, FailureKind, Fetch, Found, Key, Source, SourcePlan, Unclaimed, Wanted,
};
use crate::value::{Node, Position, Text, TextBuilder, Value, exact};

pub use provided::Provided;

mod provided;

/// A provider, asked anew in every load, and once in it: the profile of the load, or else the provider's own, over figment's default
/// profile, and its global one over both.
pub(crate) struct Figment<P> {
    provider: Arc<P>,
    profile: Option<Profile>,
    data: OnceLock<Result<Data, Failure>>,
}

/// What a provider gave, and which part of it came from where.
struct Data {
    root: Node,
    marks: Marks,
    /// What is known of the provider itself, and of each provider inside it.
    outer: Metadata,
    inner: Option<Map<Tag, Metadata>>,
}

/// The shape of the values, with the provider and the profile of each in their place.
struct Marks {
    tag: Tag,
    profile: Profile,
    entries: BTreeMap<String, Marks>,
}

/// A value of a provider while profiles are laid over each other.
enum Layer {
    Value(Node, Tag, Profile),
    Table(BTreeMap<String, Layer>, Tag, Profile),
}

/// How figment's own provider of variables ends its name.
const VARIABLES: &str = "environment variable(s)";

/// What to do where that provider has made something else of a text.
const UNQUOTED: &str = "quote the value inside the variable, as in '\"..\"', or list env in sources(..), which takes a variable as it is";

impl<P: Provider> Figment<P> {
    pub(crate) fn new(provider: Arc<P>, profile: Option<&str>) -> Self {
        Self { provider, profile: profile.map(Profile::new), data: OnceLock::new() }
    }

    fn data(&self) -> Result<&Data, Failure> {
        self.data.get_or_init(|| self.read()).as_ref().map_err(Clone::clone)
    }

    fn read(&self) -> Result<Data, Failure> {
        let outer = self.provider.metadata();
        let mut data = self.provider.data().map_err(|_| failed(&outer))?;
        let profile = self.profile.clone().or_else(|| self.provider.profile()).unwrap_or_default();
        let mut whole = Layer::Table(BTreeMap::new(), Tag::Default, Profile::Default);
        let custom = profile.is_custom().then_some(profile);
        for profile in [Some(Profile::Default), custom, Some(Profile::Global)].into_iter().flatten()
        {
            if let Some(dict) = data.remove(&profile) {
                whole = whole.under(Layer::table(dict, Tag::Default, &profile));
            }
        }
        // What is not wanted is wiped like all the rest.
        data.into_iter()
            .for_each(|(profile, dict)| drop(Layer::table(dict, Tag::Default, &profile)));
        let (root, marks) = whole.split();
        Ok(Data { root, marks, outer, inner: self.provider.__metadata_map() })
    }
}

impl<P: Provider + Send + Sync> Source for Figment<P> {
    fn label(&self) -> String {
        "figment".to_owned()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        match self.data() {
            Ok(data) => Fetch::each(wanted, |key| data.answer(key)),
            Err(failure) => Fetch::Ready(Err(failure)),
        }
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        self.data().map_or(Vec::new(), |data| lookup::unclaimed(&data.root, claims, None))
    }

    fn plan(&self, _wanted: &Wanted<'_>) -> SourcePlan {
        let name = name(&self.provider.metadata());
        SourcePlan::default().reads(format!("asks the figment provider {name}"))
    }
}

impl Data {
    fn answer(&self, key: &Key<'_>) -> Answer {
        let (node, name) = match lookup::find(&self.root, key) {
            Lookup::Absent(absence) => return Answer::Absent(absence),
            Lookup::Blocked { node, part } => {
                return Answer::Failed(lookup::blocked(node, &part, None));
            }
            Lookup::Found { node, name } => (node, name),
        };
        let (metadata, own) = self.names(&name);
        let mut origin = Origin::new(format!("{}, key {own}", self::name(metadata)));
        if node.value.is_empty() {
            return Answer::Empty(origin);
        }
        let mut node = node.clone();
        if key.is_secret() {
            forget_digits(&mut node);
            if metadata.name.ends_with(VARIABLES) {
                origin = origin.advised(UNQUOTED);
            }
        }
        Answer::Value(Found { node, origin })
    }

    /// The provider that has a key, and the key in its own words.
    fn names(&self, path: &str) -> (&Metadata, String) {
        let (parts, mark) = match self.marks.walk(path) {
            Some(mark) => (path.split('.').collect(), mark),
            None => (vec![path], self.marks.entries.get(path).unwrap_or(&self.marks)),
        };
        let metadata =
            self.inner.as_ref().and_then(|inner| inner.get(&mark.tag)).unwrap_or(&self.outer);
        let key = metadata.interpolate(&mark.profile, &parts);
        match key.strip_prefix("default.") {
            Some(plain) if plain == path => (metadata, path.to_owned()),
            _ => (metadata, key),
        }
    }
}

impl Marks {
    fn walk(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |marks, part| marks.entries.get(part))
    }
}

impl Layer {
    fn table(dict: Dict, tag: Tag, profile: &Profile) -> Self {
        let entries = dict.into_iter().map(|(key, value)| (key, Self::new(value, profile)));
        Self::Table(entries.collect(), tag, profile.clone())
    }

    fn new(value: Foreign, profile: &Profile) -> Self {
        match value {
            Foreign::Dict(tag, dict) => Self::table(dict, tag, profile),
            other => {
                let tag = other.tag();
                Self::Value(node(other), tag, profile.clone())
            }
        }
    }

    /// This layer with another one over it.
    fn under(self, over: Self) -> Self {
        match (self, over) {
            (Self::Table(mut entries, ..), Self::Table(over, tag, profile)) => {
                for (key, value) in over {
                    let merged = match entries.remove(&key) {
                        Some(under) => under.under(value),
                        None => value,
                    };
                    entries.insert(key, merged);
                }
                Self::Table(entries, tag, profile)
            }
            (_, over) => over,
        }
    }

    fn split(self) -> (Node, Marks) {
        let (layers, tag, profile) = match self {
            Self::Value(node, tag, profile) => {
                return (node, Marks { tag, profile, entries: BTreeMap::new() });
            }
            Self::Table(layers, tag, profile) => (layers, tag, profile),
        };
        let mut nodes: Vec<(Text, Node)> = Vec::with_capacity(layers.len());
        let mut entries = BTreeMap::new();
        for (key, layer) in layers {
            let (node, marks) = layer.split();
            nodes.push((exact(&key), node));
            entries.insert(key, marks);
        }
        (unplaced(Value::Map(nodes)), Marks { tag, profile, entries })
    }
}

/// A value without its tags; texts keep their buffers, so that no copy is left.
fn node(value: Foreign) -> Node {
    unplaced(match value {
        Foreign::String(_, text) => Value::Text(Zeroizing::new(text)),
        Foreign::Char(_, character) => {
            let mut text = TextBuilder::with_capacity(character.len_utf8());
            text.push(character);
            Value::Text(text.finish())
        }
        Foreign::Bool(_, truth) => Value::Bool(truth),
        Foreign::Num(_, number) => Value::Number(digits(number)),
        Foreign::Empty(..) => Value::Null,
        Foreign::Dict(_, dict) => Value::Map(
            dict.into_iter().map(|(key, value)| (Zeroizing::new(key), node(value))).collect(),
        ),
        Foreign::Array(_, items) => Value::List(items.into_iter().map(node).collect()),
    })
}

/// Says of every number that its digits may be others than those written: figment makes 7 of a variable's `007`.
fn forget_digits(node: &mut Node) {
    match &mut node.value {
        Value::Number(digits) => node.value = Value::Notation(std::mem::take(digits)),
        Value::List(elements) => elements.iter_mut().for_each(forget_digits),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, node)| forget_digits(node)),
        _ => {}
    }
}

fn digits(number: Num) -> Text {
    let mut digits = TextBuilder::with_capacity(40);
    // Writing into this buffer cannot fail.
    let _ = match (number.to_i128(), number.to_u128(), number.to_f64()) {
        (Some(whole), ..) => write!(digits, "{whole}"),
        (None, Some(whole), _) => write!(digits, "{whole}"),
        (None, None, Some(float)) => write!(digits, "{float:?}"),
        (None, None, None) => Ok(()),
    };
    digits.finish()
}

const fn unplaced(value: Value) -> Node {
    Node::new(value, Position { line: 0, column: 0 })
}

/// The provider as it calls itself, with its file. A source in words of its own may be an address with a password.
fn name(metadata: &Metadata) -> String {
    match &metadata.source {
        Some(file @ Place::File(_)) => format!("{} {file}", metadata.name),
        _ => metadata.name.to_string(),
    }
}

/// The provider's own words are left out, since a parser's quote what it read.
fn failed(metadata: &Metadata) -> Failure {
    let message = format!("the provider {} failed; its words are not shown", name(metadata));
    let failure = Failure::new(FailureKind::Malformed, message);
    match &metadata.source {
        Some(file @ Place::File(_)) => {
            failure.hint(format!("list file(\"{file}\") itself to be told the line"))
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests;
