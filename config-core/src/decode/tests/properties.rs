//! What holds for every value.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::{Strategy, any, prop, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::{DecodeSecret, Wrong};
use super::{field, setting};
use crate::format::Format;
use crate::secret::{ExposeSecret, Secret, SecretBytes, SecretString};
use crate::value::{Node, Position, Text, Value};

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Record {
    name: String,
    count: u8,
    kind: Kind,
    nested: Option<Vec<BTreeMap<String, bool>>>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Kind {
    Unit,
    Newtype(u8),
    Struct { a: char },
}

/// A word that stands in no message of ours.
const CANARY: &str = "QZ7canaryX";

fn leaf() -> impl Strategy<Value = Value> {
    let text = |text: String| Text::new(text);
    prop_oneof![
        proptest::strategy::Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?[0-9]{1,25}(\\.[0-9]{1,3})?".prop_map(move |digits| Value::Number(text(digits))),
        any::<String>().prop_map(move |any| Value::Text(text(any))),
        "[\\[{ ]?[a-z=,:\"\\[\\]{} 0-9]{0,20}[\\]}]?".prop_map(move |near| Value::Text(text(near))),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| Value::Bytes(bytes.into())),
        ".{0,3}".prop_map(move |around| Value::Text(text(format!("{around}{CANARY}{around}")))),
        "[\\[{]\"QZ7canaryX\"[:, ]?[\"0-9a-z]{0,3}[\\]}]"
            .prop_map(move |json| Value::Text(text(json))),
        "QZ7canaryX=[a-z0-9],?[a-z=]{0,3}".prop_map(move |map| Value::Text(text(map))),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 4, |inner| {
        let node = inner.prop_map(|value| Node::new(value, Position::START));
        let key =
            prop_oneof!["name", "count", "kind", "nested", "Newtype", "Struct", "a", "QZ7canaryX"];
        prop_oneof![
            prop::collection::vec(node.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((key.prop_map(Text::new), node), 0..4).prop_map(Value::Map),
        ]
    })
}

fn is_quiet(wrong: Option<Wrong>) -> bool {
    wrong.is_none_or(|wrong| {
        let said =
            format!("{wrong} {wrong:?} {} {:?} {}", wrong.words(), wrong.got_kind(), wrong.path());
        !said.contains(CANARY)
    })
}

fn reads_quietly<T: DeserializeOwned>(value: &Value, format: Option<Format>) -> bool {
    is_quiet(setting::<T>(Node::new(value.clone(), Position::START), format).err())
}

fn takes_quietly<S: DecodeSecret>(value: &Value, format: Option<Format>) -> bool {
    let wrong = S::decode(&Node::new(value.clone(), Position::START), field("S", format)).err();
    wrong
        .as_ref()
        .is_none_or(|wrong| wrong.foreign().is_none() && !wrong.path_with_keys().contains(CANARY))
        && is_quiet(wrong)
}

proptest! {
    #[test]
    fn no_value_makes_it_panic_or_speak(value in value(), name in 0..Format::NAMES.len() * 2) {
        let format = Format::NAMES.get(name).and_then(|name| Format::named(name));
        prop_assert!(reads_quietly::<String>(&value, format));
        prop_assert!(reads_quietly::<u16>(&value, format));
        prop_assert!(reads_quietly::<i128>(&value, format));
        prop_assert!(reads_quietly::<f32>(&value, format));
        prop_assert!(reads_quietly::<bool>(&value, format));
        prop_assert!(reads_quietly::<char>(&value, format));
        prop_assert!(reads_quietly::<IpAddr>(&value, format));
        prop_assert!(reads_quietly::<Duration>(&value, format));
        prop_assert!(reads_quietly::<Vec<(u8, String)>>(&value, format));
        prop_assert!(reads_quietly::<HashMap<String, u8>>(&value, format));
        prop_assert!(reads_quietly::<BTreeMap<u8, Vec<bool>>>(&value, format));
        prop_assert!(reads_quietly::<Record>(&value, format));
        prop_assert!(reads_quietly::<Kind>(&value, format));
        prop_assert!(reads_quietly::<serde_json::Value>(&value, format));
        prop_assert!(takes_quietly::<SecretString>(&value, format));
        prop_assert!(takes_quietly::<SecretBytes>(&value, format));
        prop_assert!(takes_quietly::<Secret<u64>>(&value, format));
        prop_assert!(takes_quietly::<Secret<[u8; 2]>>(&value, format));
        prop_assert!(takes_quietly::<Vec<SecretString>>(&value, format));
        prop_assert!(takes_quietly::<HashMap<String, Secret<String>>>(&value, format));
    }

    #[test]
    fn scalars_round_trip(a: i128, b: u64, c: f64, d: bool, e: char, f: String) {
        prop_assert_eq!(super::text(&a.to_string()), Ok(a));
        prop_assert_eq!(super::text(&b.to_string()), Ok(b));
        prop_assert_eq!(super::text::<f64>(&c.to_string()).map(f64::to_bits), Ok(c.to_bits()));
        prop_assert_eq!(super::text(&d.to_string()), Ok(d));
        prop_assert_eq!(super::text(&e.to_string()), Ok(e));
        prop_assert_eq!(super::text::<String>(&f), Ok(f.clone()));
        let secret = SecretString::decode(&Node::text(f.clone()), field("SecretString", None)).unwrap();
        prop_assert_eq!(secret.expose_secret(), f.as_str());
    }

    #[test]
    fn lists_and_maps_round_trip(
        list in prop::collection::vec("[a-zA-Z0-9:/.-]{1,8}", 1..6),
        map in prop::collection::btree_map("[a-z_]{1,6}", "[a-zA-Z0-9=:/ .-]{0,8}", 1..6),
    ) {
        prop_assert_eq!(super::text(&list.join(", ")), Ok(list.clone()));
        prop_assert_eq!(super::text(&serde_json::to_string(&list).unwrap()), Ok(list));
        let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let trimmed = map.iter().map(|(key, value)| (key.clone(), value.trim().to_owned())).collect::<BTreeMap<_, _>>();
        prop_assert_eq!(super::text(&pairs.join(",")), Ok(trimmed));
        prop_assert_eq!(super::text(&serde_json::to_string(&map).unwrap()), Ok(map));
    }

    #[test]
    fn json_reads_as_serde_json_reads_it(
        names in prop::collection::vec((".{0,5}", any::<u8>(), any::<Option<bool>>()), 0..4),
    ) {
        #[derive(Debug, PartialEq, serde::Serialize, Deserialize)]
        struct Row(String, u8, Option<bool>);
        let rows: Vec<Row> = names.into_iter().map(|(name, count, on)| Row(name, count, on)).collect();
        let json = serde_json::to_string(&rows).unwrap();
        prop_assert_eq!(super::text(&json), Ok(serde_json::from_str::<Vec<Row>>(&json).unwrap()));
    }
}
