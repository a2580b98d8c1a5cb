//! Enums: a variant by its name, or a table with the name as its one key.

use serde_core::de::value::StrDeserializer;
use serde_core::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

use super::text;
use super::tree::{Context, Decoder};
use super::wrong::{Names, Step, Wrong};
use crate::value::{Node, Position, Text, Value};

pub(super) struct Variant<'n> {
    name: &'n Text,
    known: &'static [&'static str],
    at: Position,
    content: Option<&'n mut Node>,
    context: Context,
}

impl<'n> Decoder<'n> {
    /// The variant that stands here; JSON in a text is put into `own`.
    pub(super) fn variant<'a>(
        self,
        known: &'static [&'static str],
        own: &'a mut Node,
    ) -> Result<Variant<'a>, Wrong>
    where
        'n: 'a,
    {
        let context = Context { format: None, ..self.context.inner() };
        let wrong = |value: &Value, at| {
            Wrong::expected(format_args!("one of {}", Names(known))).got(value).at(at)
        };
        let node = match &self.node.value {
            Value::Text(text) if text::is_object(text) => {
                *own = text::json(text, "a variant, or a JSON object with the variant as its key")
                    .map_err(|wrong| wrong.at(self.node.at))?;
                own
            }
            _ => self.node,
        };
        match &node.value {
            Value::Text(_) => {}
            Value::Map(entries) if entries.len() == 1 => {}
            other => return Err(wrong(other, node.at)),
        }
        match &mut node.value {
            Value::Text(name) => Ok(Variant { name, known, at: node.at, content: None, context }),
            Value::Map(entries) => match entries.first_mut() {
                Some((name, content)) => {
                    Ok(Variant { name, known, at: node.at, content: Some(content), context })
                }
                None => Err(wrong(&Value::Map(Vec::new()), node.at)),
            },
            other => Err(wrong(other, node.at)),
        }
    }
}

impl<'n> Variant<'n> {
    /// The variant's name as its type writes it.
    fn name(&self) -> &'static str {
        self.known.iter().find(|known| **known == self.name.as_str()).copied().unwrap_or("variant")
    }

    fn read<T>(self, read: impl FnOnce(Decoder<'n>) -> Result<T, Wrong>) -> Result<T, Wrong> {
        let name = self.name();
        match self.content {
            Some(content) => read(Decoder::new(content, self.context))
                .map_err(|wrong| wrong.inside(Step::Field(name))),
            None => {
                Err(Wrong::expected(format_args!("a value with the variant: {{\"{name}\": ..}}"))
                    .at(self.at))
            }
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Wrong> {
        let variant = seed.deserialize(StrDeserializer::new(self.name));
        Ok((variant.map_err(|wrong: Wrong| wrong.at(self.at))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        match &self.content {
            None | Some(Node { value: Value::Null, .. }) => Ok(()),
            Some(_) => {
                Err(Wrong::expected(format_args!("the variant {} without a value", self.name()))
                    .at(self.at))
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Wrong> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.read(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.read(|content| content.deserialize_struct("", fields, visitor))
    }
}
