//! One secret as it is kept, and its JSON.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::NOWHERE;
use crate::clock::Moment;
use crate::remote::encode::{base64, from_base64};
use crate::remote::{Blob, Read};
use crate::value::{Node, Value};

/// One secret as it is kept.
pub(in crate::remote) struct Record {
    pub(in crate::remote) store: String,
    pub(in crate::remote) read: Read,
    /// The secret, or why there was none.
    pub(in crate::remote) kept: Result<Blob, String>,
    pub(in crate::remote) at: SystemTime,
    pub(in crate::remote) fields: BTreeSet<String>,
}

/// One record as JSON.
pub(super) fn node(record: &Record) -> Node {
    let fields = record.fields.iter().map(|field| Node::text(field.as_str()));
    let mut entries: Vec<(&str, Node)> = vec![
        ("store", Node::text(record.store.as_str())),
        ("place", Node::text(record.read.place.as_str())),
        ("at", seconds(record.at)),
        ("fields", Node::new(Value::List(fields.collect()), NOWHERE)),
    ];
    let number = record.kept.as_ref().ok().and_then(|blob| blob.version.as_ref());
    for (name, text) in [("version", record.read.version.as_ref()), ("number", number)] {
        entries.extend(text.map(|text| (name, Node::text(text.as_str()))));
    }
    let good_until = record.kept.as_ref().ok().and_then(|blob| blob.good_until);
    entries.extend(good_until.and_then(wall).map(|until| ("good_until", seconds(until))));
    entries.push(match record.kept.as_ref().map(|blob| &blob.node) {
        Ok(Node { value: Value::Bytes(bytes), .. }) => {
            ("bytes", Node::new(Value::Text(base64(bytes)), NOWHERE))
        }
        Ok(node) => ("value", node.clone()),
        Err(why) => ("absent", Node::text(why.as_str())),
    });
    let entries = entries.into_iter().map(|(name, node)| (Zeroizing::new(name.to_owned()), node));
    Node::new(Value::Map(entries.collect()), NOWHERE)
}

/// A record of its JSON; none where it is not one.
pub(super) fn record(entry: &Node) -> Option<Record> {
    let owned = |name| text_of(entry.entry(name)).map(str::to_owned);
    let Value::List(fields) = &entry.entry("fields")?.value else { return None };
    let good_until = match entry.entry("good_until") {
        Some(node) => Some(moment(time(node)?)),
        None => None,
    };
    let of = |node| Blob { version: owned("number"), good_until, ..Blob::new(node) };
    let text = |name| text_of(entry.entry(name));
    let kept = match (entry.entry("value"), text("bytes"), text("absent")) {
        (Some(value), None, None) => Ok(of(value.clone())),
        (None, Some(bytes), None) => Ok(of(Node::new(Value::Bytes(from_base64(bytes)?), NOWHERE))),
        (None, None, Some(why)) => Err(why.to_owned()),
        _ => return None,
    };
    Some(Record {
        store: owned("store")?,
        read: Read { place: owned("place")?, version: owned("version") },
        kept,
        at: time(entry.entry("at")?)?,
        fields: fields
            .iter()
            .map(|field| text_of(Some(field)).map(str::to_owned))
            .collect::<Option<_>>()?,
    })
}

pub(super) fn text_of(node: Option<&Node>) -> Option<&str> {
    match &node?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn seconds(time: SystemTime) -> Node {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Node::new(Value::Number(Zeroizing::new(seconds.to_string())), NOWHERE)
}

fn time(node: &Node) -> Option<SystemTime> {
    let Value::Number(seconds) = &node.value else { return None };
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds.parse().ok()?))
}

/// The same by the machine's clock, which other processes know too.
fn wall(moment: Moment) -> Option<SystemTime> {
    SystemTime::now().checked_add(moment.saturating_duration_since(Moment::now()))
}

/// The same by the clock of this process; now, where it is over.
fn moment(time: SystemTime) -> Moment {
    Moment::now() + time.duration_since(SystemTime::now()).unwrap_or_default()
}
