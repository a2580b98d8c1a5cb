//! What a type asks serde for, without a value: so that a text can be handed on as the number or list it was read as.

use std::cell::RefCell;
use std::fmt;

use serde_core::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_core::forward_to_deserialize_any;

use crate::format::boolean;
use crate::value::{Node, Text, Value};

/// What a type reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    Bool,
    Number,
    Text,
    /// A list of such.
    List(Box<Shape>),
    /// Anything else.
    Other,
}

/// The shape of a type: its `Deserialize` is started and stopped at its first question.
pub(crate) fn shape<T: DeserializeOwned>() -> Shape {
    let asked = RefCell::new(Shape::Other);
    drop(T::deserialize(Probe(&asked)));
    asked.into_inner()
}

/// A node with its texts turned into what the shape says, where they read as that.
pub(crate) fn typed(node: &Node, shape: &Shape) -> Node {
    let value = match (&node.value, shape) {
        (Value::Text(text), Shape::Number) => {
            Value::Number(Text::new(text.chars().filter(|c| *c != '_').collect()))
        }
        (Value::Text(text), Shape::Bool) => match boolean::parse(text) {
            Some(truth) => Value::Bool(truth),
            None => return node.clone(),
        },
        (Value::Text(text), Shape::List(of)) => match crate::document::json::parse(text) {
            Ok(list @ Node { value: Value::List(_), .. }) => return typed(&list, shape),
            _ => {
                let elements =
                    text.split(',').map(|element| typed(&Node::from(element.trim()), of));
                Value::List(elements.collect())
            }
        },
        (Value::List(list), Shape::List(of)) => {
            Value::List(list.iter().map(|element| typed(element, of)).collect())
        }
        _ => return node.clone(),
    };
    Node::new(value, node.at)
}

struct Probe<'a>(&'a RefCell<Shape>);

impl Probe<'_> {
    fn asked<T>(&self, shape: Shape) -> Result<T, Stop> {
        *self.0.borrow_mut() = shape;
        Err(Stop)
    }
}

/// The error that stops a type's questions.
#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value")
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

/// Answers a question with a shape.
macro_rules! asks {
    ($($method:ident => $shape:expr),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Stop> {
            self.asked($shape)
        })*
    };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    asks! {
        deserialize_any => Shape::Other,
        deserialize_bool => Shape::Bool,
        deserialize_i8 => Shape::Number,
        deserialize_i16 => Shape::Number,
        deserialize_i32 => Shape::Number,
        deserialize_i64 => Shape::Number,
        deserialize_i128 => Shape::Number,
        deserialize_u8 => Shape::Number,
        deserialize_u16 => Shape::Number,
        deserialize_u32 => Shape::Number,
        deserialize_u64 => Shape::Number,
        deserialize_u128 => Shape::Number,
        deserialize_f32 => Shape::Number,
        deserialize_f64 => Shape::Number,
        deserialize_char => Shape::Text,
        deserialize_str => Shape::Text,
        deserialize_string => Shape::Text,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let element = RefCell::new(Shape::Other);
        drop(visitor.visit_seq(One(&element)));
        self.asked(Shape::List(Box::new(element.into_inner())))
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A list whose first element only asks.
struct One<'a>(&'a RefCell<Shape>);

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        seed.deserialize(Probe(self.0)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Shape, shape, typed};
    use crate::value::{Node, Value};

    #[test]
    fn a_type_tells_what_it_reads() {
        assert_eq!(shape::<u16>(), Shape::Number);
        assert_eq!(shape::<Option<bool>>(), Shape::Bool);
        assert_eq!(shape::<String>(), Shape::Text);
        assert_eq!(shape::<Vec<u8>>(), Shape::List(Box::new(Shape::Number)));
        assert_eq!(shape::<Duration>(), Shape::Other);
    }

    #[test]
    fn a_text_that_was_read_as_a_list_of_numbers_becomes_one() {
        let node = typed(&Node::from("80, 443"), &shape::<Vec<u16>>());
        let Value::List(list) = node.value else { panic!("not a list") };
        assert!(list.iter().all(|element| matches!(element.value, Value::Number(_))));
        assert_eq!(list.len(), 2);
    }

    #[test]
    fn a_text_that_was_read_as_a_text_stays_one() {
        assert!(matches!(typed(&Node::from("8080"), &shape::<String>()).value, Value::Text(_)));
    }
}
