//! What else only the whole tree shows: fields that a profile leaves without sources (C18), `Serialize` on what holds
//! secrets (C19), places that would show one.

use super::clash::{member_of, without_file};
use super::fail;
use crate::__private::message::Message;
use crate::schema::compose::Tree;
use crate::schema::declare::{Member, Struct};
use crate::schema::index::same;
use crate::schema::{Entry, Profile, find};

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

/// The list of the struct has at least one of the sources that a field names for itself. What stands in quotes the
/// program may supply without any list.
#[track_caller]
pub const fn listed<const LEAVES: usize, const SLOTS: usize>(
    tree: &'static Tree<LEAVES, SLOTS>,
    root: &Struct,
    member: usize,
) {
    let mut leaf = 0;
    while leaf < LEAVES {
        let own = tree.leaves[leaf].field().sources;
        if !own.is_empty()
            && member_of(root, leaf) == member
            && !root.sources.is_empty()
            && !any_custom(own)
            && !meet(own, root.sources)
        {
            let message =
                Message::new("none of the sources of ").code(tree.leaves[leaf].path()).text(" (");
            let message = entries(message, own)
                .text(") is in the list of ")
                .code(root.name)
                .text(", which has ");
            fail(&entries(message, root.sources).text(
                ": add one of them to that list, `#[secrets(sources(..))]`, or name one of the \
                    list on the field",
            ));
        }
        leaf += 1;
    }
}

const fn any_custom(list: &[Entry]) -> bool {
    let mut at = 0;
    while at < list.len() {
        if list[at].custom {
            return true;
        }
        at += 1;
    }
    false
}

/// The entries of a list as they are written, without their places.
const fn entries(mut message: Message, list: &[Entry]) -> Message {
    let mut at = 0;
    while at < list.len() {
        let Entry { kind, name, custom, .. } = list[at];
        let quote = if custom { "\"" } else { "" };
        message = message.text(if at == 0 { "`" } else { ", `" });
        message = message.text(quote).text(kind).text(quote);
        if let Some(name) = name {
            message = message.text("@").text(name);
        }
        message = message.text("`");
        at += 1;
    }
    message
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

/// A place is shown wherever its source is named, so no `{NAME}` in it is the variable of a secret.
#[track_caller]
pub const fn shown_place<const LEAVES: usize, const SLOTS: usize>(
    tree: &'static Tree<LEAVES, SLOTS>,
    place: &'static str,
) {
    let mut at = 0;
    let mut open = None;
    while at < place.len() {
        match (place.as_bytes()[at], open) {
            (b'{', _) => open = Some(at + 1),
            (b'}', Some(from)) => {
                let (before, _) = place.split_at(at);
                let (_, name) = before.split_at(from);
                if let Some(path) = secret_of(tree, name) {
                    fail(
                        &Message::new("the variable ")
                            .code(name)
                            .text(" belongs to the secret ")
                            .code(path)
                            .text(
                                ", and errors and reports show this place: name a variable \
                                    that holds no secret",
                            ),
                    );
                }
                open = None;
            }
            _ => {}
        }
        at += 1;
    }
}

/// A profile is shown wherever one is told of, so the variable that names it is none of a secret.
#[track_caller]
pub const fn shown_profile<const LEAVES: usize, const SLOTS: usize>(
    tree: &'static Tree<LEAVES, SLOTS>,
    variable: &'static str,
) {
    if let Some(path) = secret_of(tree, variable) {
        fail(
            &Message::new("the variable ").code(variable).text(" belongs to the secret ").code(path).text(
                ", and errors and reports show the profile: name a variable that holds no secret",
            ),
        );
    }
}

/// The path of the secret that has a variable, also where `NAME_FILE` says where it stands.
const fn secret_of<const LEAVES: usize, const SLOTS: usize>(
    tree: &'static Tree<LEAVES, SLOTS>,
    name: &'static str,
) -> Option<&'static str> {
    let found = match (find(&tree.slots, &tree.leaves, name.as_bytes()), without_file(name)) {
        (None, Some(owner)) => find(&tree.slots, &tree.leaves, owner.as_bytes()),
        (found, _) => found,
    };
    match found {
        Some((leaf, _)) if tree.leaves[leaf].field().is_secret() => Some(tree.leaves[leaf].path()),
        _ => None,
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
