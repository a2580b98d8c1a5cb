//! The names of all leaves of a tree of structs, composed in const evaluation.
//!
//! Three passes over the tree in one and the same order: count, write all texts one behind the other, then cut them.

use crate::schema::declare::{Member, Nested, Struct};
use crate::schema::index::{Slot, hash, same, slots_for};
use crate::schema::{Field, Leaf, Presence};

/// How large the tables of a tree are.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Leaves.
    pub leaves: usize,
    /// Nested structs.
    pub nests: usize,
    /// Bytes of all composed texts.
    pub text: usize,
    /// Places of the name index.
    pub slots: usize,
    names: usize,
}

/// One nested struct at its place in a tree.
#[derive(Debug, Clone, Copy)]
pub struct Nest {
    pub(crate) nested: Option<&'static Nested>,
    /// The position of the nested struct around it, plus one; 0 for none.
    pub(crate) parent: u16,
    /// How many bytes of a leaf's path belong to the nested struct, with the dot.
    pub(crate) path: usize,
    pub(crate) optional: bool,
    pub(crate) flat: bool,
}

/// The texts of a tree and its nested structs.
#[derive(Debug)]
pub struct Texts<const TEXT: usize, const NESTS: usize> {
    bytes: [u8; TEXT],
    nests: [Nest; NESTS],
}

/// The leaves of a tree and the index over their variable names.
#[derive(Debug)]
pub struct Tree<const LEAVES: usize, const SLOTS: usize> {
    pub(crate) leaves: [Leaf; LEAVES],
    pub(crate) slots: [Slot; SLOTS],
}

/// What a place in the tree adds to the names below it.
#[derive(Clone, Copy)]
struct Above {
    nest: u16,
    path: usize,
    prefix: usize,
}

impl Shape {
    /// Measures a tree.
    pub const fn of(root: &Struct) -> Self {
        let mut shape = Self { leaves: 0, nests: 0, text: 0, slots: 0, names: 0 };
        let prefix = prefix_len(root);
        shape.text += prefix;
        shape.count(root, true, 0, prefix);
        shape.slots = slots_for(shape.names);
        shape
    }

    const fn count(&mut self, structure: &Struct, is_root: bool, path: usize, prefix: usize) {
        let mut at = 0;
        while at < structure.members.len() {
            match &structure.members[at] {
                Member::Field(field) => {
                    self.leaves += 1;
                    self.names += names_of(field);
                    if !is_root {
                        self.text += texts_of(field, path, prefix);
                    }
                }
                Member::Nested(nested) => {
                    self.nests += 1;
                    let (path, prefix) = (path + path_step(nested), prefix + prefix_step(nested));
                    self.text += path + prefix;
                    self.count(nested.structure, false, path, prefix);
                }
            }
            at += 1;
        }
    }
}

impl<const TEXT: usize, const NESTS: usize> Texts<TEXT, NESTS> {
    /// Writes all composed names of a tree. Those of the root's own fields need no composing: the macro wrote them.
    pub const fn of(root: &'static Struct) -> Self {
        let none = Nest { nested: None, parent: 0, path: 0, optional: false, flat: false };
        let mut texts = Self { bytes: [0; TEXT], nests: [none; NESTS] };
        let mut pen = Pen { bytes: &mut texts.bytes, at: 0 };
        if !root.prefix.is_empty() {
            pen.write(root.prefix.as_bytes());
            pen.write(b"_");
        }
        let above = Above { nest: 0, path: 0, prefix: pen.at };
        let mut next = 0;
        write(&mut pen, &mut texts.nests, &mut next, root, above, 0, 0);
        texts
    }
}

/// Writes the names of one struct; `path_at` and `prefix_at` are where the texts above it begin.
const fn write(
    pen: &mut Pen<'_>,
    nests: &mut [Nest],
    next: &mut usize,
    structure: &'static Struct,
    above: Above,
    path_at: usize,
    prefix_at: usize,
) {
    let mut at = 0;
    while at < structure.members.len() {
        match &structure.members[at] {
            Member::Field(field) => {
                if above.path > 0 {
                    pen.again(path_at, above.path);
                    pen.write(field.name.as_bytes());
                }
                if is_derived(field) && above.nest > 0 {
                    pen.again(prefix_at, above.prefix);
                    pen.write_upper(field.name.as_bytes());
                }
            }
            Member::Nested(nested) => {
                let below = Above {
                    nest: *next as u16 + 1,
                    path: above.path + path_step(nested),
                    prefix: above.prefix + prefix_step(nested),
                };
                let optional =
                    nested.optional || (above.nest > 0 && nests[above.nest as usize - 1].optional);
                nests[*next] = Nest {
                    nested: Some(nested),
                    parent: above.nest,
                    path: below.path,
                    optional,
                    flat: nested.flatten,
                };
                *next += 1;
                let below_path_at = pen.at;
                pen.again(path_at, above.path);
                if !nested.flatten {
                    pen.write(nested.name.as_bytes());
                    pen.write(b".");
                }
                let below_prefix_at = pen.at;
                pen.again(prefix_at, above.prefix);
                if prefix_step(nested) > 0 {
                    match nested.prefix {
                        Some(prefix) => pen.write(prefix.as_bytes()),
                        None => pen.write_upper(nested.name.as_bytes()),
                    }
                    pen.write(b"_");
                }
                write(pen, nests, next, nested.structure, below, below_path_at, below_prefix_at);
            }
        }
        at += 1;
    }
}

impl<const LEAVES: usize, const SLOTS: usize> Tree<LEAVES, SLOTS> {
    /// Cuts the texts into names and puts the variable names into the index.
    pub const fn of<const TEXT: usize, const NESTS: usize>(
        root: &'static Struct,
        texts: &'static Texts<TEXT, NESTS>,
    ) -> Self {
        let Ok(text) = core::str::from_utf8(&texts.bytes) else {
            panic!("names are made of whole identifiers")
        };
        let prefix = prefix_len(root);
        let (_, text) = text.split_at(prefix);
        let mut tree = Self { leaves: [Leaf::NONE; LEAVES], slots: [Slot::FREE; SLOTS] };
        let mut cutter = Cutter { text, nests: &texts.nests, nest: 0, leaf: 0 };
        cutter.cut(&mut tree.leaves, root, Above { nest: 0, path: 0, prefix });
        let mut at = 0;
        while at < LEAVES {
            let names = tree.leaves[at].variables();
            let mut which = 0;
            while which < names.len() {
                insert(&mut tree.slots, &tree.leaves, at, which);
                which += 1;
            }
            at += 1;
        }
        tree
    }
}

/// Puts one name into the index; of two that are the same the first stays.
const fn insert(slots: &mut [Slot], leaves: &[Leaf], leaf: usize, which: usize) {
    let name = leaves[leaf].variables()[which].as_bytes();
    let hash = hash(name);
    let mask = slots.len() - 1;
    let mut at = hash as usize & mask;
    while !slots[at].is_free() {
        if slots[at].hash() == hash {
            let (other, other_which) = slots[at].target();
            if same(leaves[other].variables()[other_which].as_bytes(), name) {
                return;
            }
        }
        at = (at + 1) & mask;
    }
    slots[at] = Slot::new(hash, leaf, which);
}

struct Cutter {
    text: &'static str,
    nests: &'static [Nest],
    nest: usize,
    leaf: usize,
}

impl Cutter {
    const fn cut(&mut self, leaves: &mut [Leaf], structure: &'static Struct, above: Above) {
        let mut at = 0;
        while at < structure.members.len() {
            match &structure.members[at] {
                Member::Field(field) => {
                    let path = match above.path {
                        0 => field.name,
                        path => self.take(path + field.name.len()),
                    };
                    let variable = match field.env {
                        [first, ..] => first,
                        [] if !is_derived(field) => "",
                        [] if above.nest == 0 => field.variable,
                        [] => self.take(above.prefix + field.name.len()),
                    };
                    leaves[self.leaf] = Leaf {
                        field: Some(field),
                        path,
                        variable: [variable],
                        nest: above.nest,
                        nests: self.nests,
                    };
                    self.leaf += 1;
                }
                Member::Nested(nested) => {
                    self.nest += 1;
                    let below = Above {
                        nest: self.nest as u16,
                        path: above.path + path_step(nested),
                        prefix: above.prefix + prefix_step(nested),
                    };
                    self.take(below.path + below.prefix);
                    self.cut(leaves, nested.structure, below);
                }
            }
            at += 1;
        }
    }

    const fn take(&mut self, len: usize) -> &'static str {
        let (taken, rest) = self.text.split_at(len);
        self.text = rest;
        taken
    }
}

struct Pen<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Pen<'_> {
    const fn write(&mut self, text: &[u8]) {
        let (_, free) = self.bytes.split_at_mut(self.at);
        let (place, _) = free.split_at_mut(text.len());
        place.copy_from_slice(text);
        self.at += text.len();
    }

    const fn write_upper(&mut self, text: &[u8]) {
        let from = self.at;
        self.write(text);
        let (_, written) = self.bytes.split_at_mut(from);
        let (written, _) = written.split_at_mut(text.len());
        written.make_ascii_uppercase();
    }

    /// Repeats a text written before.
    const fn again(&mut self, from: usize, len: usize) {
        let (written, free) = self.bytes.split_at_mut(self.at);
        let (_, text) = written.split_at(from);
        let (text, _) = text.split_at(len);
        let (place, _) = free.split_at_mut(len);
        place.copy_from_slice(text);
        self.at += len;
    }
}

/// A field whose variable name follows from its place.
const fn is_derived(field: &Field) -> bool {
    field.env.is_empty() && !matches!(field.presence, Presence::Composed(_))
}

const fn names_of(field: &Field) -> usize {
    if is_derived(field) { 1 } else { field.env.len() }
}

const fn texts_of(field: &Field, path: usize, prefix: usize) -> usize {
    let path = if path == 0 { 0 } else { path + field.name.len() };
    if is_derived(field) { path + prefix + field.name.len() } else { path }
}

const fn prefix_len(root: &Struct) -> usize {
    match root.prefix.len() {
        0 => 0,
        len => len + 1,
    }
}

const fn path_step(nested: &Nested) -> usize {
    if nested.flatten { 0 } else { nested.name.len() + 1 }
}

const fn prefix_step(nested: &Nested) -> usize {
    match nested.prefix {
        _ if nested.flatten => 0,
        Some(prefix) => prefix.len() + 1,
        None => nested.name.len() + 1,
    }
}
