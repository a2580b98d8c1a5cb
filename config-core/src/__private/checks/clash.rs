//! Names that two fields of a tree claim, across nested structs (C13).

use super::fail;
use crate::__private::message::Message;
use crate::schema::compose::Tree;
use crate::schema::declare::{Member, Struct};
use crate::schema::index::same;
use crate::schema::{Leaf, Presence, find};

/// How many clashes are told at one field; more make no message clearer.
const MOST: usize = 8;

/// Two fields of a tree that claim one name.
#[derive(Clone, Copy)]
struct Clash {
    /// The leaf that came later, and the one before it.
    leaves: (usize, usize),
    kind: ClashKind,
    /// The name in dispute.
    name: &'static str,
}

#[derive(Clone, Copy)]
enum ClashKind {
    Variable,
    /// The name is where the secret of the other may be read from a file.
    FileVariable,
    /// The key, in that kind of source.
    Key(&'static str),
    Path,
}

/// All clashes of a tree that some member of the root takes part in.
pub struct Clashes {
    found: [Option<Clash>; MOST],
    count: usize,
}

impl Clashes {
    /// Compares all names of a tree.
    pub const fn of<const LEAVES: usize, const SLOTS: usize>(
        tree: &'static Tree<LEAVES, SLOTS>,
    ) -> Self {
        let mut clashes = Self { found: [None; MOST], count: 0 };
        let leaves = &tree.leaves;
        let flat = any_flat(leaves);
        let mut at = 0;
        while at < LEAVES {
            let names = leaves[at].variables();
            let mut which = 0;
            while which < names.len() {
                if let Some((first, _)) = find(&tree.slots, leaves, names[which].as_bytes())
                    && first != at
                {
                    clashes.add((at, first), ClashKind::Variable, names[which], leaves);
                }
                if let Some(name) = without_file(names[which])
                    && let Some((owner, _)) = find(&tree.slots, leaves, name.as_bytes())
                    && owner != at
                    && leaves[owner].field().is_secret()
                {
                    clashes.add((at, owner), ClashKind::FileVariable, names[which], leaves);
                }
                which += 1;
            }
            clashes.keys(leaves, at);
            if flat {
                clashes.paths(leaves, at);
            }
            at += 1;
        }
        clashes
    }

    /// The keys of one leaf against those of the ones before it, and against the paths that all others are found by.
    const fn keys(&mut self, leaves: &'static [Leaf], at: usize) {
        let own = leaves[at].field().keys;
        let mut which = 0;
        while which < own.len() {
            let (kind, key) = own[which];
            let by_path = same(kind.as_bytes(), b"file") || same(kind.as_bytes(), b"dir");
            let mut other = 0;
            while other < leaves.len() {
                let theirs = key_of(&leaves[other], kind);
                let same_key = match theirs {
                    Some(theirs) => other < at && same(theirs.as_bytes(), key.as_bytes()),
                    None => {
                        by_path
                            && other != at
                            && !is_composed(&leaves[other])
                            && same(leaves[other].path().as_bytes(), key.as_bytes())
                    }
                };
                if same_key {
                    self.add((at, other), ClashKind::Key(kind), key, leaves);
                }
                other += 1;
            }
            which += 1;
        }
    }

    /// A flattened struct brings its paths up to those of the struct around it.
    const fn paths(&mut self, leaves: &'static [Leaf], at: usize) {
        let flat = leaves[at].is_flat();
        let mut other = 0;
        while other < at {
            if (flat || leaves[other].is_flat())
                && same(leaves[at].path().as_bytes(), leaves[other].path().as_bytes())
            {
                self.add((at, other), ClashKind::Path, leaves[at].path(), leaves);
            }
            other += 1;
        }
    }

    const fn add(
        &mut self,
        pair: (usize, usize),
        kind: ClashKind,
        name: &'static str,
        leaves: &[Leaf],
    ) {
        let (later, earlier) = pair;
        // Those of two plain fields of the root are the macro's to report, keys against paths apart.
        let plain = leaves[later].is_plain() && leaves[earlier].is_plain();
        let by_macro = match kind {
            ClashKind::Key(kind) => key_of(&leaves[earlier], kind).is_some(),
            _ => true,
        };
        if self.count < MOST && !(plain && by_macro) && !self.has(pair) {
            self.found[self.count] = Some(Clash { leaves: pair, kind, name });
            self.count += 1;
        }
    }

    /// One clash of two fields is enough.
    const fn has(&self, (later, earlier): (usize, usize)) -> bool {
        let mut at = 0;
        while at < self.count {
            if let Some(Clash { leaves: (a, b), .. }) = self.found[at]
                && ((a == later && b == earlier) || (b == later && a == earlier))
            {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// Reports the clashes that show at one member of the root: the later of the two where it is nested or has keys, else the
/// earlier.
#[track_caller]
pub const fn clash<const LEAVES: usize, const SLOTS: usize>(
    clashes: &Clashes,
    tree: &'static Tree<LEAVES, SLOTS>,
    root: &Struct,
    member: usize,
) {
    let mut message = Message::new("");
    let (mut at, mut any) = (0, false);
    while at < clashes.count {
        if let Some(clash) = clashes.found[at] {
            let (later, earlier) = clash.leaves;
            let (later_at, earlier_at) = (member_of(root, later), member_of(root, earlier));
            let at_later = reports(root, later_at);
            if (at_later && later_at == member) || (!at_later && earlier_at == member) {
                if any {
                    message = message.text("\n");
                }
                any = true;
                message = tell(message, &clash, &tree.leaves[later], &tree.leaves[earlier]);
            }
        }
        at += 1;
    }
    if any {
        fail(&message);
    }
}

const fn tell(message: Message, clash: &Clash, later: &Leaf, earlier: &Leaf) -> Message {
    match clash.kind {
        ClashKind::Variable => message
            .code(earlier.path())
            .text(" and ")
            .code(later.path())
            .text(" both have the variable name ")
            .code(clash.name)
            .text(": rename one, give it `env = \"..\"`, or give the nested struct `#[nested(prefix = \"..\")]`"),
        ClashKind::FileVariable => message
            .code(later.path())
            .text(" has the variable name ")
            .code(clash.name)
            .text(", where the secret ")
            .code(earlier.path())
            .text(" may be read from a file: rename one, or give it `env = \"..\"`"),
        ClashKind::Key(kind) => message
            .code(earlier.path())
            .text(" and ")
            .code(later.path())
            .text(" are both found under ")
            .code(clash.name)
            .text(" in ")
            .code(kind)
            .text(": give one of them another key"),
        ClashKind::Path => message
            .text("two fields are called ")
            .code(clash.name)
            .text(": rename one, or take `flatten` away"),
    }
}

/// Whether clashes are told at this member: a nested one, or one with keys of its own.
const fn reports(root: &Struct, member: usize) -> bool {
    match &root.members[member] {
        Member::Nested(_) => true,
        Member::Field(field) => !field.keys.is_empty(),
    }
}

/// The member of the root that a leaf stands in.
pub(super) const fn member_of(root: &Struct, leaf: usize) -> usize {
    let (mut member, mut before) = (0, 0);
    while member < root.members.len() {
        before += match &root.members[member] {
            Member::Field(_) => 1,
            Member::Nested(nested) => nested.structure.leaves(),
        };
        if leaf < before {
            break;
        }
        member += 1;
    }
    member
}

const fn key_of(leaf: &Leaf, kind: &str) -> Option<&'static str> {
    let keys = leaf.field().keys;
    let mut at = 0;
    while at < keys.len() {
        if same(keys[at].0.as_bytes(), kind.as_bytes()) {
            return Some(keys[at].1);
        }
        at += 1;
    }
    None
}

pub(super) const fn without_file(name: &'static str) -> Option<&'static str> {
    match name.as_bytes() {
        [.., b'_', b'F', b'I', b'L', b'E'] => {
            let (name, _) = name.split_at(name.len() - "_FILE".len());
            Some(name)
        }
        _ => None,
    }
}

const fn any_flat(leaves: &[Leaf]) -> bool {
    let mut at = 0;
    while at < leaves.len() {
        if leaves[at].is_flat() {
            return true;
        }
        at += 1;
    }
    false
}

/// A composed field is looked up nowhere.
const fn is_composed(leaf: &Leaf) -> bool {
    matches!(leaf.field().presence, Presence::Composed(_))
}
