//! The tables of a TOML document, and which of them may be added to.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use crate::document::{Shown, SyntaxError};
use crate::value::{Node, Position, Text, Value};

/// A table that is being built.
pub(super) struct Table {
    entries: BTreeMap<Name, Entry>,
    made: Made,
    at: Position,
}

/// The names of a dotted key or of a header, each with its place.
#[derive(Default)]
pub(super) struct Path(Vec<(Name, Position)>);

/// How a table came to be, which decides who may add to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// By a header of its own, or in braces: only what stands there, and headers of tables inside it.
    Itself,
    /// On the way of a header: it may still get its own.
    OnTheWay,
    /// By a dotted key: other dotted keys, and headers of tables inside it.
    Dotted,
}

struct Entry {
    /// How many entries were there before.
    order: usize,
    /// Where the key stands.
    at: Position,
    item: Item,
}

enum Item {
    Value(Node),
    Table(Table),
    /// The tables of `[[name]]`.
    Tables(Vec<Table>),
}

#[derive(PartialEq, Eq)]
struct Name(Text);

impl Path {
    pub(super) fn push(&mut self, name: Text, at: Position) {
        self.0.push((Name(name), at));
    }

    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }
}

impl Table {
    /// A table that stands by itself.
    pub(super) fn new(at: Position) -> Self {
        Self::made(Made::Itself, at)
    }

    /// Adds `a.b = value`.
    pub(super) fn insert(&mut self, path: Path, value: Node) -> Result<(), SyntaxError> {
        let (table, name, at) = self.descend(path, Made::Dotted)?;
        let order = table.entries.len();
        match table.entries.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert(Entry { order, at, item: Item::Value(value) });
                Ok(())
            }
            Slot::Occupied(slot) => Err(SyntaxError::twice(&slot.key().0, at, slot.get().at)),
        }
    }

    /// Opens the table of `[a.b]`.
    pub(super) fn open(&mut self, path: Path, header: Position) -> Result<&mut Self, SyntaxError> {
        let (table, name, at) = self.descend(path, Made::OnTheWay)?;
        let order = table.entries.len();
        let entry = match table.entries.entry(name) {
            Slot::Occupied(slot) if !slot.get().awaits_header() => {
                return Err(SyntaxError::twice(&slot.key().0, at, slot.get().at));
            }
            slot => {
                slot.or_insert_with(|| Entry { order, at, item: Item::Table(Self::new(header)) })
            }
        };
        let table = entry.table(at)?;
        table.made = Made::Itself;
        table.at = header;
        Ok(table)
    }

    /// Appends the table of `[[a.b]]`.
    pub(super) fn append(
        &mut self,
        path: Path,
        header: Position,
    ) -> Result<&mut Self, SyntaxError> {
        let (table, name, at) = self.descend(path, Made::OnTheWay)?;
        let order = table.entries.len();
        let entry = match table.entries.entry(name) {
            Slot::Occupied(slot) if !matches!(slot.get().item, Item::Tables(_)) => {
                return Err(SyntaxError::twice(&slot.key().0, at, slot.get().at));
            }
            slot => slot.or_insert_with(|| Entry { order, at, item: Item::Tables(Vec::new()) }),
        };
        if let Item::Tables(tables) = &mut entry.item {
            tables.push(Self::new(header));
        }
        entry.table(at)
    }

    /// The tree, with the entries in the order they were written.
    pub(super) fn finish(self) -> Node {
        let mut entries: Vec<(Name, Entry)> = self.entries.into_iter().collect();
        entries.sort_unstable_by_key(|(_, entry)| entry.order);
        let entries = entries.into_iter().map(|(name, entry)| (name.0, entry.finish())).collect();
        Node::new(Value::Map(entries), self.at)
    }

    fn made(made: Made, at: Position) -> Self {
        Self { entries: BTreeMap::new(), made, at }
    }

    /// The table that the last name of a path belongs to; what is not there on the way is made.
    fn descend(
        &mut self,
        path: Path,
        made: Made,
    ) -> Result<(&mut Self, Name, Position), SyntaxError> {
        let mut names = path.0;
        let (last, at) = names.pop().unwrap_or_else(|| (Name(Text::default()), self.at));
        let mut table = self;
        for (name, at) in names {
            let order = table.entries.len();
            let entry = match table.entries.entry(name) {
                Slot::Occupied(slot) if !slot.get().may_be_added_to(made) => {
                    let (name, line) = (Shown(&slot.key().0), slot.get().at.line);
                    let message =
                        format!("{name} is defined at line {line} and cannot be added to");
                    return Err(SyntaxError::new(at, message));
                }
                slot => slot.or_insert_with(|| Entry {
                    order,
                    at,
                    item: Item::Table(Self::made(made, at)),
                }),
            };
            table = entry.table(at)?;
            if made == Made::Dotted && table.made == Made::OnTheWay {
                table.made = Made::Dotted;
            }
        }
        Ok((table, last, at))
    }
}

impl Entry {
    fn awaits_header(&self) -> bool {
        matches!(&self.item, Item::Table(table) if table.made == Made::OnTheWay)
    }

    fn may_be_added_to(&self, made: Made) -> bool {
        match &self.item {
            Item::Value(_) => false,
            Item::Table(table) => made == Made::OnTheWay || table.made != Made::Itself,
            Item::Tables(_) => made == Made::OnTheWay,
        }
    }

    /// The table that this is; of a list of tables the last.
    fn table(&mut self, at: Position) -> Result<&mut Table, SyntaxError> {
        let table = match &mut self.item {
            Item::Value(_) => None,
            Item::Table(table) => Some(table),
            Item::Tables(tables) => tables.last_mut(),
        };
        table.ok_or_else(|| SyntaxError::new(at, "is not a table"))
    }

    fn finish(self) -> Node {
        match self.item {
            Item::Value(node) => node,
            Item::Table(table) => table.finish(),
            Item::Tables(tables) => {
                let at = tables.first().map_or(self.at, |table| table.at);
                Node::new(Value::List(tables.into_iter().map(Table::finish).collect()), at)
            }
        }
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
