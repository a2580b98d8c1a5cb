//! Structs and enums, as serde's derive has them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{file, json_node, setting, text, wrong};
use crate::format::Format;
use crate::value::Node;

#[derive(Debug, PartialEq, Deserialize)]
struct Upstream {
    host: String,
    #[serde(default)]
    port: u16,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    on: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Name(String);

#[derive(Debug, PartialEq, Deserialize)]
struct Upstreams(Vec<Upstream>);

#[derive(Debug, PartialEq, Deserialize)]
struct Pair(u8, u8);

#[derive(Debug, PartialEq, Deserialize)]
struct Marker;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fruit {
    Apple,
    Kiwi,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Store {
    Memory,
    File(String),
    Redis { host: String, port: u16 },
    Range(u8, u8),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Internal {
    Plain,
    Tls { port: u16 },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c", rename_all = "lowercase")]
enum Adjacent {
    Number(u8),
    Names(Vec<String>),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Upstream(Upstream),
    Text(String),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, u16>,
}

fn upstream(host: &str, port: u16) -> Upstream {
    Upstream { host: host.into(), port }
}

#[test]
fn structs_are_json_in_a_text_and_tables_in_a_file() {
    assert_eq!(text(r#"{"host":"a","port":"8_0","other":[{}]}"#), Ok(upstream("a", 80)));
    assert_eq!(file(r#"{"host":"a"}"#), Ok(upstream("a", 0)));
    assert_eq!(file(r#""{\"host\":\"a\"}""#), Ok(upstream("a", 0)));
    assert_eq!(text::<Upstream>("a"), Err("expected a JSON object".into()));
    assert_eq!(text::<Upstream>("host=a"), Err("expected a JSON object".into()));
    assert_eq!(file::<Upstream>("[1]"), Err("expected a table; got a list".into()));
    assert_eq!(file::<Upstream>("{}"), Err("the key host is missing".into()));
    assert_eq!(
        text::<Upstream>("{"),
        Err("expected a JSON object; JSON: expected a key in quotes or `}` at column 2".into())
    );
    assert_eq!(
        text::<Vec<Upstream>>(r#"[{"host":"a"},{"host":"b","port":"x"}]"#),
        Err("[1].port: expected a whole number from 0 to 65535".into())
    );
    assert_eq!(
        file::<Strict>(r#"{"on":true,"hunter2":1}"#),
        Err("has a key that is not known; known are on".into())
    );
    assert_eq!(file::<Marker>("null"), Ok(Marker));
}

#[test]
fn a_format_is_not_that_of_the_fields_inside() {
    let json = r#"{"host":"a","port":1}"#;
    for node in [json_node(json), Node::text(json)] {
        assert_eq!(setting::<Upstream>(node, Some(Format::Json)).unwrap(), upstream("a", 1));
    }
}

#[test]
fn newtypes_are_what_they_wrap() {
    assert_eq!(text("a"), Ok(Name("a".into())));
    assert_eq!(text(r#"[{"host":"a"}]"#), Ok(Upstreams(vec![upstream("a", 0)])));
    assert_eq!(text("1,2"), Ok(Pair(1, 2)));
}

#[test]
fn enums_without_content_are_words() {
    assert_eq!(text("kiwi"), Ok(Fruit::Kiwi));
    assert_eq!(file("\"apple\""), Ok(Fruit::Apple));
    assert_eq!(text::<Vec<Fruit>>("kiwi, apple"), Ok(vec![Fruit::Kiwi, Fruit::Apple]));
    assert_eq!(file(r#"{"apple": null}"#), Ok(Fruit::Apple));
    let words = "expected one of apple, kiwi";
    assert_eq!(text::<Fruit>("Kiwi"), Err(words.into()));
    assert_eq!(text::<Fruit>(""), Err(words.into()));
    assert_eq!(file::<Fruit>("2"), Err(format!("{words}; got a number")));
    assert_eq!(file::<Fruit>("true"), Err(format!("{words}; got a boolean")));
    assert_eq!(
        file::<Fruit>(r#"{"apple": 1}"#),
        Err("expected the variant apple without a value".into())
    );
}

#[test]
fn enums_with_content_are_tables_with_the_variant_as_key() {
    assert_eq!(text("memory"), Ok(Store::Memory));
    assert_eq!(text(r#"{"file": "/a"}"#), Ok(Store::File("/a".into())));
    assert_eq!(
        file(r#"{"redis": {"host": "a", "port": 1}}"#),
        Ok(Store::Redis { host: "a".into(), port: 1 })
    );
    assert_eq!(file(r#"{"range": [1, 2]}"#), Ok(Store::Range(1, 2)));
    assert_eq!(
        text::<Store>("file"),
        Err("expected a value with the variant: {\"file\": ..}".into())
    );
    assert_eq!(
        file::<Store>(r#"{"redis": {"host": "a", "port": "x"}}"#),
        Err("redis.port: expected a whole number from 0 to 65535".into())
    );
    assert_eq!(
        file::<Store>(r#"{"a":1,"b":2}"#),
        Err("expected one of memory, file, redis, range; got a table".into())
    );
    assert_eq!(
        text::<Store>(r#"{"hunter2":1}"#),
        Err("expected one of memory, file, redis, range".into())
    );
}

#[test]
fn tagged_and_untagged_enums() {
    assert_eq!(text(r#"{"kind":"tls","port":443}"#), Ok(Internal::Tls { port: 443 }));
    assert_eq!(file(r#"{"kind":"plain"}"#), Ok(Internal::Plain));
    assert_eq!(text(r#"{"t":"names","c":["a"]}"#), Ok(Adjacent::Names(vec!["a".into()])));
    assert_eq!(file(r#"{"c":7,"t":"number"}"#), Ok(Adjacent::Number(7)));
    assert_eq!(text(r#"{"host":"a"}"#), Ok(Untagged::Upstream(upstream("a", 0))));
    assert_eq!(text("{a}"), Ok(Untagged::Text("{a}".into())));
    assert_eq!(text("2020-01-01"), Ok(Untagged::Text("2020-01-01".into())));
    let found = wrong::<Internal>(Node::text(r#"{"kind":"hunter2"}"#));
    assert_eq!(found.to_string(), "{0}: expected one of plain, tls");
    assert_eq!(wrong::<Internal>(Node::text("hunter2")).to_string(), "its type does not accept it");
}

#[test]
fn flattened_tables_and_values_of_any_type() {
    assert_eq!(
        file(r#"{"name":"a","x":1,"y":2}"#),
        Ok(Flat { name: "a".into(), rest: BTreeMap::from([("x".into(), 1), ("y".into(), 2)]) })
    );
    let any: serde_json::Value = text(r#"{"a":[1,-1,0.5,null,true,"x"]}"#).unwrap();
    assert_eq!(any, serde_json::json!({"a": [1, -1, 0.5, null, true, "x"]}));
    assert_eq!(text::<serde_json::Value>("5"), Ok("5".into()));
}
