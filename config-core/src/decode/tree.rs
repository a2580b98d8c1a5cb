//! serde's view of a value: each type asks for what it wants, and gets it or an error of ours.

use std::fmt::Display;

use serde_core::de::value::SeqDeserializer;
use serde_core::de::{Deserializer, Visitor};
use zeroize::Zeroizing;

use super::access::{ListAccess, TableAccess};
use super::text::{self, LIST, MAP};
use super::wrong::{Elements, Wrong};
use crate::format::{Format, duration, number};
use crate::schema::Field;
use crate::value::{Node, Value};

/// A value that some type is to be read from.
pub(super) struct Decoder<'n> {
    pub(super) node: &'n mut Node,
    pub(super) context: Context,
}

/// By which rules a value is read.
#[derive(Clone, Copy, Default)]
pub(super) struct Context {
    /// What each text must look like.
    pub(super) format: Option<&'static Format>,
    /// Whether it is of a secret: then no text is given out of our hands, only lent.
    pub(super) secret: bool,
    /// The field that it is the value of, as a whole: then most types are only lent its text, for the error that may
    /// show it.
    pub(super) whole: Option<&'static Field>,
    /// Whether an empty text is a value inside of it too.
    pub(super) allow_empty: bool,
    /// Whether the text is a piece of `a,b`: then it cannot be such a list itself.
    pub(super) piece: bool,
}

impl Context {
    #[inline]
    pub(super) fn of(field: &'static Field) -> Self {
        let (format, allow_empty) = (field.format.as_ref(), field.allow_empty);
        Self { format, allow_empty, ..Self::default() }
    }

    /// Whether an empty text may be what it is, whatever its format. A whole one is only here where its field allows it,
    /// or declares it as its default.
    #[inline]
    pub(super) const fn lets_empty(&self) -> bool {
        self.whole.is_some() || self.allow_empty
    }

    /// The rules for what stands inside a value.
    pub(super) fn inner(self) -> Self {
        Self { whole: None, ..self }
    }

    /// The rules for what stands in a text; within JSON its format was that of the whole.
    fn in_text(self, is_json: bool) -> Self {
        let format = self.format.filter(|format| !(is_json && matches!(format, Format::Json)));
        Self { format, piece: !is_json, ..self.inner() }
    }
}

impl<'n> Decoder<'n> {
    pub(super) fn new(node: &'n mut Node, context: Context) -> Self {
        Self { node, context }
    }

    /// The error that something else was expected here.
    pub(super) fn not(&self, expected: &dyn Display) -> Wrong {
        Wrong::expected(expected).got(&self.node.value).at(self.node.at)
    }

    /// The elements of the list; those of a text are put into `own`.
    fn list<'a>(self, own: &'a mut Node) -> Result<ListAccess<'a>, Wrong>
    where
        'n: 'a,
    {
        let Value::Text(text) = &self.node.value else {
            return match &mut self.node.value {
                Value::List(nodes) => Ok(ListAccess::new(nodes, self.context.inner())),
                other => Err(Wrong::expected(LIST).got(other).at(self.node.at)),
            };
        };
        let is_json = text::is_array(text);
        if self.context.piece && !is_json {
            return Err(self.not(&"a JSON array, since it is a list within a list"));
        }
        *own = text::list(text).map_err(|wrong| wrong.at(self.node.at))?;
        let context = self.context.in_text(is_json);
        match &mut own.value {
            Value::List(nodes) => Ok(ListAccess::new(nodes, context)),
            _ => Err(self.not(&LIST)),
        }
    }

    /// The entries of the map; those of a text are put into `own`.
    fn map<'a>(self, own: &'a mut Node) -> Result<TableAccess<'a>, Wrong>
    where
        'n: 'a,
    {
        let Value::Text(text) = &self.node.value else {
            return match &mut self.node.value {
                Value::Map(entries) => Ok(TableAccess::new(entries, self.context.inner())),
                other => Err(Wrong::expected(MAP).got(other).at(self.node.at)),
            };
        };
        let is_json = text::is_object(text);
        if self.context.piece && !is_json {
            return Err(self.not(&"a JSON object, since it is a map within a list or map"));
        }
        *own = text::map(text).map_err(|wrong| wrong.at(self.node.at))?;
        let context = self.context.in_text(is_json);
        match &mut own.value {
            Value::Map(entries) => Ok(TableAccess::new(entries, context)),
            _ => Err(self.not(&MAP)),
        }
    }

    /// A table, which a text can only have as JSON.
    fn table<'a>(self, own: &'a mut Node) -> Result<TableAccess<'a>, Wrong>
    where
        'n: 'a,
    {
        const OBJECT: &str = "a JSON object";
        match &self.node.value {
            Value::Text(text) if text::is_object(text) => {
                *own = text::json(text, OBJECT).map_err(|wrong| wrong.at(self.node.at))?;
                Decoder::new(own, self.context.in_text(true)).table(self.node)
            }
            Value::Text(_) => Err(self.not(&OBJECT)),
            Value::Map(_) => self.map(own),
            _ => Err(self.not(&"a table")),
        }
    }

    fn is_table(&self) -> bool {
        match &self.node.value {
            Value::Map(_) => true,
            Value::Text(text) => text::is_object(text),
            _ => false,
        }
    }

    /// Bytes that are such, or that the text of a secret stands for by its format. The format of a setting is that of
    /// each element.
    fn bytes(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Wrong> {
        let format = self.context.format.filter(|_| self.context.secret);
        text::bytes(&self.node.value, format.copied()).map_err(|wrong| wrong.at(self.node.at))
    }

    /// What a type gets that takes anything: the file's own types; of a text the JSON in it, else the text.
    fn read_any<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Wrong> {
        if let Value::Text(text) = &self.node.value
            && (text::is_object(text) || text::is_array(text))
            && let Ok(mut own) = text::json(text, "")
        {
            return Decoder::new(&mut own, self.context.in_text(true)).read_any(visitor);
        }
        let mut own = Node::default();
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(found) => visitor.visit_bool(*found),
            Value::Number(digits) | Value::Notation(digits) => match number::parse(digits) {
                Ok(integer) => visit_integer(visitor, integer),
                Err(_) => visitor.visit_f64(self.real()?),
            },
            Value::Text(_) => match self.take_text()? {
                Some(text) => visitor.visit_string(text),
                None => visitor.visit_str(self.text()?),
            },
            Value::Bytes(bytes) => visitor.visit_bytes(bytes),
            Value::List(_) => self.list(&mut own)?.visit(visitor),
            Value::Map(_) => self.map(&mut own)?.visit(visitor),
        }
    }

    fn read_duration<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Wrong> {
        let found = match &self.node.value {
            Value::Text(text) => duration::parse(text).ok(),
            _ => None,
        };
        let Some(found) = found else { return Err(self.not(&"a duration such as 90s or 1h 30m")) };
        let parts = [found.as_secs(), u64::from(found.subsec_nanos())];
        visitor.visit_seq(SeqDeserializer::new(parts.into_iter()))
    }
}

fn visit_integer<'de, V: Visitor<'de>>(
    visitor: V,
    integer: number::Integer,
) -> Result<V::Value, Wrong> {
    match (integer.unsigned(), integer.signed()) {
        (Some(number), _) => match u64::try_from(number) {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => visitor.visit_u128(number),
        },
        (None, Some(number)) => match i64::try_from(number) {
            Ok(number) => visitor.visit_i64(number),
            Err(_) => visitor.visit_i128(number),
        },
        (None, None) => Err(Wrong::new("the number is too large")),
    }
}

macro_rules! scalars {
    ($($method:ident $visit:ident $read:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            visitor.$visit(self.$read()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Decoder<'_> {
    type Error = Wrong;

    scalars! {
        deserialize_i8 visit_i8 whole
        deserialize_i16 visit_i16 whole
        deserialize_i32 visit_i32 whole
        deserialize_i64 visit_i64 whole
        deserialize_i128 visit_i128 whole
        deserialize_u8 visit_u8 whole
        deserialize_u16 visit_u16 whole
        deserialize_u32 visit_u32 whole
        deserialize_u64 visit_u64 whole
        deserialize_u128 visit_u128 whole
        deserialize_f32 visit_f32 real
        deserialize_f64 visit_f64 real
        deserialize_bool visit_bool boolean
        deserialize_char visit_char character
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.read_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    /// Hands the buffer over where that may be: this is what `String` asks for.
    fn deserialize_string<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Wrong> {
        match self.take_text()? {
            Some(text) => visitor.visit_string(text),
            None => self.deserialize_str(visitor),
        }
    }

    /// Lends the text: what asks for this copies or parses it, and would drop a buffer unwiped.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text()?).map_err(|wrong: Wrong| wrong.at(self.node.at))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.bytes()? {
            Some(bytes) => visitor.visit_bytes(&bytes),
            None if matches!(self.node.value, Value::List(_)) => self.deserialize_seq(visitor),
            None => visitor.visit_bytes(self.text()?.as_bytes()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            value if value.is_empty() => visitor.visit_unit(),
            _ => Err(self.not(&"nothing")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.bytes()? {
            Some(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            None => self.list(&mut Node::default())?.visit(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let at = self.node.at;
        let wrong = |found| {
            Wrong::expected(format_args!("a list of {}, not of {found}", Elements(length))).at(at)
        };
        if let Some(bytes) = self.bytes()? {
            return match bytes.len() {
                found if found == length => {
                    visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied()))
                }
                found => Err(wrong(found)),
            };
        }
        let mut own = Node::default();
        let elements = self.list(&mut own)?;
        match elements.len() {
            found if found == length => elements.visit(visitor),
            found => Err(wrong(found)),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let at = self.node.at;
        self.map(&mut Node::default())?.visit(visitor).map_err(|wrong| wrong.at(at))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if name == "Duration" && fields == ["secs", "nanos"] && !self.is_table() {
            return self.read_duration(visitor);
        }
        let at = self.node.at;
        self.table(&mut Node::default())?
            .with_fields(fields)
            .visit(visitor)
            .map_err(|wrong| wrong.at(at))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_enum(self.variant(variants, &mut Node::default())?)
    }
}
