//! The elements of lists and the entries of tables, handed to serde one by one.

use std::slice::IterMut;

use serde_core::de::value::StrDeserializer;
use serde_core::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::tree::{Context, Decoder};
use super::wrong::{Step, Wrong};
use crate::value::{Node, Position, Text, Value};

pub(super) struct ListAccess<'n> {
    nodes: IterMut<'n, Node>,
    index: usize,
    context: Context,
}

pub(super) struct TableAccess<'n> {
    entries: IterMut<'n, (Text, Node)>,
    index: usize,
    /// The names that the type knows; empty where any key will do.
    fields: &'static [&'static str],
    /// The entry between whose key and value we are.
    current: Option<(&'n Text, &'n mut Node)>,
    context: Context,
}

impl<'n> ListAccess<'n> {
    pub(super) fn new(nodes: &'n mut [Node], context: Context) -> Self {
        Self { nodes: nodes.iter_mut(), index: 0, context }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_seq(self)
    }
}

impl<'de> SeqAccess<'de> for ListAccess<'_> {
    type Error = Wrong;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Wrong> {
        let Some(node) = self.nodes.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        let element = seed.deserialize(Decoder::new(node, self.context));
        element.map(Some).map_err(|wrong| wrong.inside(Step::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.nodes.len())
    }
}

impl<'n> TableAccess<'n> {
    pub(super) fn new(entries: &'n mut [(Text, Node)], context: Context) -> Self {
        Self { entries: entries.iter_mut(), index: 0, fields: &[], current: None, context }
    }

    /// For a type that knows its fields; a format is not theirs.
    pub(super) fn with_fields(mut self, fields: &'static [&'static str]) -> Self {
        self.fields = fields;
        self.context.format = None;
        self
    }

    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_map(self)
    }

    fn step(&self, key: &Text) -> Step {
        match self.fields.iter().find(|field| **field == key.as_str()) {
            Some(field) => Step::Field(field),
            None => Step::Entry(self.index - 1, key.clone()),
        }
    }
}

impl<'de> MapAccess<'de> for TableAccess<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let Some((key, node)) = self.entries.next() else { return Ok(None) };
        self.index += 1;
        let at = node.at;
        let found = if self.fields.is_empty() {
            let mut own = Node::new(Value::Text(key.clone()), Position::default());
            seed.deserialize(Decoder::new(
                &mut own,
                Context { format: None, piece: true, ..self.context },
            ))
        } else {
            seed.deserialize(StrDeserializer::new(key))
        };
        self.current = Some((key, node));
        found.map(Some).map_err(|wrong| wrong.at(at))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Wrong> {
        let Some((key, node)) = self.current.take() else {
            return Err(Wrong::new("a value was asked for before its key"));
        };
        seed.deserialize(Decoder::new(node, self.context))
            .map_err(|wrong| wrong.inside(self.step(key)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}
