//! Trees for the tests of all three syntaxes.

use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use crate::value::{Node, Position, Value};

/// A text that must not appear in any message.
pub(crate) const CANARY: &str = "CANARY7f3a";

/// Any tree whose root is a table.
#[cfg(any(feature = "toml", feature = "yaml"))]
pub(crate) fn table() -> impl Strategy<Value = Json> {
    prop::collection::vec((key(), tree()), 0..6)
        .prop_map(|entries| Json::Object(entries.into_iter().collect()))
}

/// Any tree.
pub(crate) fn tree() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        (-1.0e9..1.0e9f64).prop_map(Json::from),
        text().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|entries| Json::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,8}", text()]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        any::<String>(),
        "[a-z \n\r\t\"\\\\'#:{}\\[\\],&*!|>%@`-]{0,16}",
        Just("no".to_owned()),
        Just("1_000".to_owned()),
    ]
}

/// Whether a tree that was read says the same as the one that was written.
pub(crate) fn same(node: &Node, json: &Json) -> bool {
    match (&node.value, json) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(left), Json::Bool(right)) => left == right,
        (Value::Number(digits) | Value::Notation(digits), Json::Number(number)) => {
            let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            match (digits.parse::<i128>(), whole) {
                (Ok(left), Some(right)) => left == right,
                // Without its feature `float_roundtrip` serde_json may be off in the last place.
                _ => match (digits.parse::<f64>(), number.as_f64()) {
                    (Ok(left), Some(right)) => (left - right).abs() <= right.abs() * 1e-15,
                    _ => false,
                },
            }
        }
        (Value::Text(left), Json::String(right)) => left.as_str() == right,
        (Value::List(left), Json::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, node)| {
                    right.get(key.as_str()).is_some_and(|value| same(node, value))
                })
        }
        _ => false,
    }
}

/// Whether a place lies in a text: in one of its lines, at most one character after the end of it.
pub(crate) fn is_inside(at: Position, text: &str) -> bool {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let line = text.split('\n').nth(at.line as usize - 1);
    line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&(at.column as usize)))
}

/// The whole tree in one line.
#[cfg(any(feature = "toml", feature = "yaml"))]
pub(crate) fn shape(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(digits) | Value::Notation(digits) => digits.to_string(),
        Value::Text(text) => format!("{:?}", text.as_str()),
        Value::Bytes(_) => "bytes".to_owned(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(", "))
        }
        Value::Map(entries) => {
            let entries =
                entries.iter().map(|(key, node)| format!("{}: {}", key.as_str(), shape(node)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
