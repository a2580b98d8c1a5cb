//! Whether a field has another value than before, told without keeping the value.

use std::hash::{BuildHasher, Hasher, RandomState};

use zeroize::Zeroize;

use crate::resolve::{Outcome, Resolution};
use crate::schema::Schema;
use crate::value::{Node, Value};

/// A number for each field, which only this process can make of its value. Two values of one number are as likely as to
/// guess a key of 64 bits.
#[derive(Clone)]
pub(super) struct Fingerprints(Vec<u64>);

impl Fingerprints {
    pub(super) fn of(resolution: &Resolution, keyed: &RandomState) -> Self {
        let prints =
            Self(resolution.outcomes.iter().map(|outcome| print(outcome, keyed)).collect());
        overwrite_stack();
        prints
    }

    /// Takes over the number of one field.
    pub(super) fn pin(&mut self, leaf: usize, first: &Self) {
        self.0[leaf] = first.0[leaf];
    }

    /// Whether a field has another value.
    pub(super) fn differs(&self, leaf: usize, other: &Self) -> bool {
        self.0[leaf] != other.0[leaf]
    }

    /// The fields that have another value, those included that are composed of one.
    pub(super) fn changed(&self, before: &Self, schema: &'static Schema) -> Vec<&'static str> {
        let leaves = schema.leaves();
        let is_other = |path: &str| {
            leaves
                .iter()
                .position(|leaf| leaf.path() == path)
                .is_some_and(|at| self.differs(at, before))
        };
        let changed = leaves.iter().enumerate().filter(|(at, leaf)| match schema.parts(leaf) {
            Some(parts) => parts.iter().any(|part| is_other(part.path())),
            None => self.differs(*at, before),
        });
        changed.map(|(_, leaf)| leaf.path()).collect()
    }
}

/// Overwrites the words of values that hashing has left on the stack of a thread which sleeps afterwards.
#[inline(never)]
fn overwrite_stack() {
    [0_u64; 512].zeroize();
}

#[inline(never)]
fn print(outcome: &Outcome, keyed: &RandomState) -> u64 {
    let mut hasher = keyed.build_hasher();
    match outcome {
        Outcome::Found { found, .. } => write(&found.node, &mut hasher),
        Outcome::Absent | Outcome::Failed { .. } | Outcome::Unread { .. } => hasher.write_u8(0),
    }
    // The hasher keeps the last bytes that it was given in a buffer of its own, until others come.
    hasher.write_u64(0);
    hasher.finish()
}

/// Each value begins with its kind and its length, so that no two are written the same.
fn write(node: &Node, hasher: &mut impl Hasher) {
    let (kind, bytes): (u8, &[u8]) = match &node.value {
        Value::Null => (1, &[]),
        Value::Bool(truth) => (2, if *truth { &[1] } else { &[0] }),
        Value::Number(text) => (3, text.as_bytes()),
        Value::Notation(text) => (4, text.as_bytes()),
        Value::Text(text) => (5, text.as_bytes()),
        Value::Bytes(bytes) => (6, bytes),
        Value::List(list) => {
            begin(7, list.len(), hasher);
            return list.iter().for_each(|node| write(node, hasher));
        }
        Value::Map(map) => {
            begin(8, map.len(), hasher);
            return map.iter().for_each(|(key, node)| {
                begin(5, key.len(), hasher);
                hasher.write(key.as_bytes());
                write(node, hasher);
            });
        }
    };
    begin(kind, bytes.len(), hasher);
    hasher.write(bytes);
}

fn begin(kind: u8, length: usize, hasher: &mut impl Hasher) {
    hasher.write_u8(kind);
    hasher.write_usize(length);
}

#[cfg(test)]
mod tests {
    use super::{Node, print};
    use crate::origin::Origin;
    use crate::resolve::Outcome;
    use crate::source::Found;
    use crate::value::{Position, Text, Value};
    use std::hash::RandomState;

    fn found(value: Value) -> Outcome {
        let node = Node::new(value, Position::START);
        Outcome::Found { entry: 0, found: Found { node, origin: Origin::new("X") } }
    }

    fn text(text: &str) -> Value {
        Value::Text(Text::new(text.to_owned()))
    }

    fn list(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|each| Node::text(*each)).collect())
    }

    #[test]
    fn the_same_value_has_the_same_fingerprint_wherever_it_stands() {
        let keyed = RandomState::new();
        let elsewhere = Node::new(text("abc"), Position { line: 7, column: 3 });
        let found_elsewhere = Found { node: elsewhere, origin: Origin::new("Y") };
        let elsewhere = Outcome::Found { entry: 4, found: found_elsewhere };
        assert_eq!(print(&found(text("abc")), &keyed), print(&elsewhere, &keyed));
    }

    #[test]
    fn values_of_another_kind_or_shape_have_other_fingerprints() {
        let keyed = RandomState::new();
        let outcomes = [
            Outcome::Absent,
            found(Value::Null),
            found(Value::Bool(false)),
            found(Value::Bool(true)),
            found(text("")),
            found(text("ab")),
            found(Value::Number(Text::new("ab".to_owned()))),
            found(Value::Bytes(b"ab".to_vec().into())),
            found(list(&["a", "b"])),
            found(list(&["ab"])),
            found(list(&["ab", ""])),
            found(list(&["", "ab"])),
            found(Value::Map(vec![(Text::new("a".to_owned()), Node::text("b"))])),
        ];
        let mut prints: Vec<u64> = outcomes.iter().map(|outcome| print(outcome, &keyed)).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), outcomes.len());
    }

    #[test]
    fn another_process_makes_other_fingerprints() {
        let one = print(&found(text("abc")), &RandomState::new());
        assert_ne!(one, print(&found(text("abc")), &RandomState::new()));
    }
}
