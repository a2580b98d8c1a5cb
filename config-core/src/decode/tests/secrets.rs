//! Secrets are taken as they stand, or not at all.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use zeroize::Zeroize;

use super::super::{DecodeSecret, Wrong, secret_from, secret_text};
use super::{field, json_node, number};
use crate::format::Format;
use crate::schema::Field;
use crate::secret::{ExposeSecret, Secret, SecretBytes, SecretExt, SecretString, SecretValue};
use crate::value::{Node, Position, Text, Value};

fn formatted<S: DecodeSecret>(node: &Node, format: Option<Format>) -> Result<S, Wrong> {
    S::decode(node, field("S", format))
}

fn decode<S: DecodeSecret>(node: Node) -> Result<S, String> {
    formatted(&node, None).map_err(|wrong| wrong.to_string())
}

#[track_caller]
fn is(node: Node, expected: &str) {
    assert!(decode::<SecretString>(node).unwrap().ct_eq(expected));
}

#[derive(Deserialize)]
struct Pair {
    user: String,
    pin: u16,
}

impl Zeroize for Pair {
    fn zeroize(&mut self) {
        self.user.zeroize();
        self.pin.zeroize();
    }
}

impl SecretValue for Pair {}

#[test]
fn a_secret_is_its_text() {
    is(Node::text(" a,b "), " a,b ");
    is(Node::text("[1]"), "[1]");
    is(Node::text("true"), "true");
    is(number("007.10"), "007.10");
    is(Node::new(Value::Bytes(b"abc".to_vec().into()), Position::default()), "abc");
}

#[test]
fn a_secret_is_never_guessed() {
    for (json, kind) in [("[\"a\"]", "a list"), ("{\"a\":\"b\"}", "a table"), ("null", "null")] {
        let found = decode::<SecretString>(json_node(json)).unwrap_err();
        assert_eq!(found, format!("expected a text; quote it; got {kind}"));
    }
    let hex = Node::new(Value::Notation(Text::new("31".to_owned())), Position::default());
    assert_eq!(
        decode::<SecretString>(hex).unwrap_err(),
        "expected a text; quote it; got a number whose digits as written are not known"
    );
    let latin = Node::new(Value::Bytes(vec![0xff].into()), Position::default());
    assert_eq!(decode::<SecretString>(latin).unwrap_err(), "expected a text in UTF-8; got bytes");
}

#[test]
fn a_text_becomes_a_secret_in_a_buffer_of_its_size() {
    let exact = crate::value::exact("hunter2");
    let buffer = exact.as_ptr();
    assert_eq!(secret_from(exact).expose_secret().as_ptr(), buffer);
    assert!(secret_from((String::with_capacity(100) + "hunter2").into()).ct_eq("hunter2"));
    assert!(secret_text(&number("4711")).unwrap().ct_eq("4711"));
}

#[test]
fn an_absent_secret_is_nothing_where_that_may_be() {
    assert!(SecretString::nothing().is_none());
    assert!(matches!(Option::<SecretString>::nothing(), Some(None)));
    assert_eq!(super::super::nothing::<Option<u16>>(), Some(None));
    assert_eq!(super::super::nothing::<u16>(), None);
}

#[test]
fn bytes_are_decoded_by_their_format() {
    let bytes = |text: &str, format| {
        formatted::<SecretBytes>(&Node::text(text), format).map_err(|wrong| wrong.to_string())
    };
    assert!(bytes("abc", None).unwrap().ct_eq(b"abc"));
    assert!(bytes("abc", Some(Format::Any)).unwrap().ct_eq(b"abc"));
    assert!(bytes("00fF", Some(Format::Hex(None))).unwrap().ct_eq(&[0, 0xff]));
    assert!(bytes("AP8=", Some(Format::Base64(Some(2)))).unwrap().ct_eq(&[0, 0xff]));
    assert_eq!(
        bytes("AP8=", Some(Format::Base64(Some(3)))).unwrap_err(),
        "expected 3 bytes in base64"
    );
    assert_eq!(
        bytes("xyz", Some(Format::Hex(None))).unwrap_err(),
        "expected hexadecimal digits, two for each byte"
    );
    let raw = Node::new(Value::Bytes(vec![0xff, 0].into()), Position::default());
    assert!(decode::<SecretBytes>(raw).unwrap().ct_eq(&[0xff, 0]));
}

#[test]
fn bytes_of_a_file_have_the_declared_format_too() {
    let file = |bytes: &[u8], format| {
        let node = Node::new(Value::Bytes(bytes.to_vec().into()), Position::default());
        formatted::<SecretBytes>(&node, Some(format)).map_err(|wrong| wrong.to_string())
    };
    assert!(file(&[0xff, 0], Format::Any).unwrap().ct_eq(&[0xff, 0]));
    assert!(file(b"AP8=\n", Format::Base64(Some(2))).unwrap().ct_eq(&[0, 0xff]));
    assert!(file(b"00ff\r\n", Format::Hex(None)).unwrap().ct_eq(&[0, 0xff]));
    assert_eq!(
        file(&[0xff, 0], Format::Base64(Some(2))).unwrap_err(),
        "expected 2 bytes in base64"
    );
    assert!(file(b"sk-1\n", Format::Pattern("sk-?")).unwrap().ct_eq("sk-1\n"));
    assert_eq!(file(b"sk-12", Format::Pattern("sk-?")).unwrap_err(), "expected the pattern sk-?");
}

#[test]
fn lists_and_maps_of_secrets_follow_the_rules_of_lists() {
    let list = |node| decode::<Vec<SecretString>>(node).unwrap();
    assert!(list(Node::text("a, b"))[1].ct_eq("b"));
    assert!(list(Node::text(r#"["a,b", 7]"#))[1].ct_eq("7"));
    assert!(list(json_node(r#"["a", "b"]"#))[0].ct_eq("a"));
    let map: HashMap<String, SecretString> = decode(Node::text("k=v, k2=v=2")).unwrap();
    assert!(map["k2"].ct_eq("v=2"));
    let map: BTreeMap<String, Option<SecretString>> =
        decode(json_node(r#"{"a": "x", "b": null}"#)).unwrap();
    assert!(map["a"].as_ref().unwrap().ct_eq("x") && map["b"].is_none());
    let wrong = |node| decode::<BTreeMap<String, SecretString>>(node).unwrap_err();
    assert_eq!(
        wrong(json_node(r#"{"hunter2": true}"#)),
        "{0}: expected a text; quote it; got a boolean"
    );
    assert_eq!(
        decode::<Vec<SecretString>>(json_node("true")).unwrap_err(),
        "expected a list: a,b or a JSON array; got a boolean"
    );
    let keys =
        formatted::<Vec<SecretString>>(&Node::text("sk-a,hunter2"), Some(Format::Pattern("sk-*")));
    assert_eq!(keys.unwrap_err().to_string(), "[1]: expected the pattern sk-*");
}

#[test]
fn typed_secrets_go_through_serde() {
    assert_eq!(*decode::<Secret<u32>>(Node::text("4_711")).unwrap().expose_secret(), 4711);
    assert_eq!(decode::<Secret<String>>(Node::text("a")).unwrap().expose_secret(), "a");
    let pair: Secret<Pair> = decode(Node::text(r#"{"user":"app","pin":4711}"#)).unwrap();
    assert_eq!((pair.expose_secret().user.as_str(), pair.expose_secret().pin), ("app", 4711));
    let key =
        formatted::<Secret<[u8; 2]>>(&Node::text("00ff"), Some(Format::Hex(Some(2)))).unwrap();
    assert_eq!(key.expose_secret(), &[0, 0xff]);
    let pin = formatted::<Secret<u32>>(&Node::text("47111"), Some(Format::Pattern("[0-9]{4}")))
        .unwrap_err();
    assert_eq!(pin.to_string(), "expected the pattern [0-9]{4}");
}

#[test]
fn nothing_foreign_is_said_of_a_secret() {
    #[derive(Debug)]
    struct Loud;

    impl<'de> Deserialize<'de> for Loud {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(serde::de::Error::custom(format_args!("{text} is no good")))
        }
    }

    impl Zeroize for Loud {
        fn zeroize(&mut self) {}
    }

    impl SecretValue for Loud {}

    let wrong = formatted::<Secret<Loud>>(&Node::text("hunter2"), None).unwrap_err();
    assert_eq!(wrong.foreign(), None);
    assert_eq!(
        format!("{wrong} {wrong:?}"),
        "its type does not accept it its type does not accept it"
    );
    let wrong = super::wrong::<Loud>(Node::text("hunter2"));
    assert_eq!(wrong.foreign(), Some("hunter2 is no good"));
    assert!(!format!("{wrong} {wrong:?} {}", wrong.path_with_keys()).contains("hunter2"));
}

#[test]
fn none_of_several_secrets_is_empty_unless_the_field_says_so() {
    let refused = |found: Result<(), Wrong>| {
        let wrong = found.unwrap_err().to_string();
        assert!(wrong.contains("expected a text that is not empty"), "{wrong}");
    };
    for text in ["abcdef01,", ",", "a,,b", "[\"\"]"] {
        refused(formatted::<Vec<SecretString>>(&Node::text(text), None).map(drop));
        refused(formatted::<Vec<SecretBytes>>(&Node::text(text), None).map(drop));
    }
    refused(formatted::<Vec<SecretString>>(&json_node("[\"\"]"), Some(Format::Jwt)).map(drop));
    for text in ["eu=,us=x", "aGVsbG8="] {
        refused(
            formatted::<HashMap<String, SecretString>>(&Node::text(text), Some(Format::Jwt))
                .map(drop),
        );
    }
    let lenient = Box::leak(Box::new(Field { allow_empty: true, ..*field("S", None) }));
    assert_eq!(Vec::<SecretString>::decode(&Node::text("a,"), lenient).unwrap().len(), 2);
}
