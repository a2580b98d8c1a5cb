//! What else only the whole tree shows: fields that a profile leaves without sources (C18), `Serialize` on what holds
//! secrets (C19).

use super::clash::member_of;
use super::fail;
use crate::__private::message::Message;
use crate::schema::compose::Tree;
use crate::schema::declare::{Member, Struct};
use crate::schema::index::same;
use crate::schema::{Entry, Profile};

/// A profile with its own list leaves every nested field that has its own sources at least one.
#[track_caller]
pub const fn ceiling<const LEAVES: usize, const SLOTS: usize>(
    tree: &'static Tree<LEAVES, SLOTS>,
    root: &Struct,
    member: usize,
) {
    let mut leaf = 0;
    while leaf < LEAVES {
        let own = tree.leaves[leaf].field().sources;
        if !own.is_empty() && member_of(root, leaf) == member {
            let mut profile = 0;
            while profile < root.profiles.len() {
                let Profile { name, sources } = root.profiles[profile];
                if let Some(list) = sources
                    && !list.is_empty()
                    && !meet(own, list)
                {
                    let path = tree.leaves[leaf].path();
                    let message = Message::new("the profile ")
                        .code(name)
                        .text(" has none of the sources of ");
                    fail(&message.code(path).text(": add one of them to the profile's list"));
                }
                profile += 1;
            }
        }
        leaf += 1;
    }
}

const NOT_SERIALIZE: &str = ", so it must not be `Serialize`: take that away; what may be \
    shown goes into a struct of its own";

/// What can be serialized can be printed, so it holds no secret.
#[track_caller]
pub const fn no_serialize(serializes: bool, structure: &str, field: &str) {
    if serializes {
        fail(
            &Message::new("")
                .code(structure)
                .text(" holds the secret ")
                .code(field)
                .text(NOT_SERIALIZE),
        );
    }
}

/// The same for secrets of nested structs alone.
#[track_caller]
pub const fn no_nested_serialize(serializes: bool, root: &Struct) {
    if let (true, Some(field)) = (serializes, first_secret(root)) {
        fail(
            &Message::new("")
                .code(root.name)
                .text(" holds secrets in ")
                .code(field)
                .text(NOT_SERIALIZE),
        );
    }
}

const fn first_secret(structure: &Struct) -> Option<&'static str> {
    let mut at = 0;
    while at < structure.members.len() {
        match &structure.members[at] {
            Member::Field(field) if field.is_secret() => return Some(field.name),
            Member::Field(_) => {}
            Member::Nested(nested) => {
                if first_secret(nested.structure).is_some() {
                    return Some(nested.name);
                }
            }
        }
        at += 1;
    }
    None
}

const fn meet(own: &[Entry], list: &[Entry]) -> bool {
    let mut at = 0;
    while at < own.len() {
        let mut other = 0;
        while other < list.len() {
            let named = match (own[at].name, list[other].name) {
                (None, _) => true,
                (Some(a), Some(b)) => same(a.as_bytes(), b.as_bytes()),
                (Some(_), None) => false,
            };
            let kind = same(own[at].kind.as_bytes(), list[other].kind.as_bytes())
                && own[at].custom == list[other].custom;
            if named && kind {
                return true;
            }
            other += 1;
        }
        at += 1;
    }
    false
}
