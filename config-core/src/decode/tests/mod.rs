//! How values of sources become values of types.

mod properties;
mod secrets;
mod structures;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use serde_core::de::DeserializeOwned;

use super::Wrong;
use crate::error::ProblemKind;
use crate::format::Format;
use crate::schema::{Field, declare};
use crate::value::{Node, Position, Text, Value};

/// A field as far as decoding asks.
fn field(ty: &'static str, format: Option<Format>) -> &'static Field {
    let declare::Member::Field(field) =
        declare::setting("field", "FIELD", ty, "", declare::REQUIRED, &[])
    else {
        unreachable!()
    };
    Box::leak(Box::new(Field { format, ..field }))
}

fn setting<T: DeserializeOwned>(mut node: Node, format: Option<Format>) -> Result<T, Wrong> {
    super::setting(&mut node, field("T", format))
}

fn text<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    setting(Node::text(text), None).map_err(|wrong| wrong.to_string())
}

fn file<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    setting(json_node(json), None).map_err(|wrong| wrong.to_string())
}

fn json_node(json: &str) -> Node {
    crate::document::json::parse(json).expect(json)
}

fn number(digits: &str) -> Node {
    Node::new(Value::Number(Text::new(digits.to_owned())), Position { line: 3, column: 7 })
}

fn wrong<T: DeserializeOwned>(node: Node) -> Wrong {
    setting::<T>(node, None).err().expect("should not be readable")
}

#[test]
fn whole_numbers_have_signs_and_underscores() {
    assert_eq!(text::<u16>("8080"), Ok(8080));
    assert_eq!(text::<i8>("-128"), Ok(-128));
    assert_eq!(text::<u32>("1_000_000"), Ok(1_000_000));
    assert_eq!(text::<i64>("+7"), Ok(7));
    assert_eq!(text::<u128>("340282366920938463463374607431768211455"), Ok(u128::MAX));
    assert_eq!(text::<i128>("-170_141_183_460_469_231_731_687_303_715_884_105_728"), Ok(i128::MIN));
    assert_eq!(file::<u64>("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(file::<u16>("\"8_080\""), Ok(8080));
    for refused in ["", "70000", "-1", "80.0", "1e3", "http", " 80", "0x50", "true"] {
        assert_eq!(
            text::<u16>(refused),
            Err("expected a whole number from 0 to 65535".into()),
            "{refused}"
        );
    }
    assert_eq!(text::<i8>("128"), Err("expected a whole number from -128 to 127".into()));
    assert_eq!(
        file::<u16>("true"),
        Err("expected a whole number from 0 to 65535; got a boolean".into())
    );
    assert_eq!(
        file::<u16>("8080.5"),
        Err("expected a whole number from 0 to 65535; got a number".into())
    );
}

#[test]
fn sizes_are_whole_numbers_where_the_format_says_so() {
    let size = |text: &str| {
        setting::<u32>(Node::text(text), Some(Format::Bytes)).map_err(|wrong| wrong.to_string())
    };
    assert_eq!(size("10MiB"), Ok(10 << 20));
    assert_eq!(size("512"), Ok(512));
    assert_eq!(size("1_000"), Ok(1000));
    assert_eq!(
        setting::<Vec<u64>>(Node::text("1kB, 1KiB"), Some(Format::Bytes)).unwrap(),
        [1000, 1024]
    );
    assert_eq!(size("10GiB"), Err("expected a whole number of bytes from 0 to 4294967295".into()));
    assert_eq!(size("10M"), Err("expected a size such as 512, 64kB or 10MiB".into()));
    assert!(text::<u32>("10MiB").is_err());
}

#[test]
fn truth_values_are_words_or_the_files_own() {
    assert_eq!(text::<bool>("Yes"), Ok(true));
    assert_eq!(text::<bool>("off"), Ok(false));
    assert_eq!(file::<bool>("true"), Ok(true));
    assert_eq!(file::<bool>("\"on\""), Ok(true));
    let words = "expected true or false (also 1, 0, yes, no, on, off)";
    assert_eq!(text::<bool>("maybe"), Err(words.into()));
    assert_eq!(file::<bool>("1"), Err(format!("{words}; got a number")));
}

#[test]
fn numbers_with_a_point() {
    assert_eq!(text::<f64>("0.25"), Ok(0.25));
    assert_eq!(file::<f32>("1e3"), Ok(1000.0));
    assert_eq!(text::<f64>("-inf"), Ok(f64::NEG_INFINITY));
    assert_eq!(text::<f64>("1e999"), Err("expected a number".into()));
    assert_eq!(text::<f32>("1e39"), Err("expected a number".into()));
    assert_eq!(text::<f64>("0,25"), Err("expected a number".into()));
}

#[test]
fn texts_and_characters() {
    assert_eq!(text::<String>(" a b "), Ok(" a b ".into()));
    assert_eq!(text::<String>("[1]"), Ok("[1]".into()));
    assert_eq!(text::<Box<str>>("a"), Ok("a".into()));
    assert_eq!(text::<char>("ü"), Ok('ü'));
    assert_eq!(text::<char>("ab"), Err("expected one character".into()));
    assert_eq!(file::<String>("1.10"), Ok("1.10".into()));
    assert_eq!(
        file::<String>("true"),
        Err("expected a text; write it in quotes; got a boolean".into())
    );
    assert_eq!(
        file::<String>("[\"a\"]"),
        Err("expected a text; write it in quotes; got a list".into())
    );
}

#[test]
fn a_text_keeps_its_buffer() {
    let mut node = Node::text(String::with_capacity(100) + "abc");
    let Value::Text(before) = &node.value else { unreachable!() };
    let buffer = before.as_ptr();
    let after: String = super::setting(&mut node, field("String", None)).unwrap();
    assert_eq!(after.as_ptr(), buffer);
}

#[test]
fn a_value_that_its_type_refuses_can_still_be_shown() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(try_from = "String")]
    struct Even;
    impl TryFrom<String> for Even {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            if text.len().is_multiple_of(2) { Ok(Self) } else { Err(format!("{text} is odd")) }
        }
    }
    let mut node = Node::text("abc");
    let wrong = super::setting::<Even>(&mut node, field("Even", None)).unwrap_err();
    assert_eq!(wrong.foreign(), Some("abc is odd"));
    assert!(matches!(&node.value, Value::Text(text) if text.as_str() == "abc"));
}

#[test]
fn durations_are_told_by_serdes_own_hint() {
    assert_eq!(text::<Duration>("1h 30m"), Ok(Duration::from_secs(5400)));
    assert_eq!(text::<Option<Duration>>("90s"), Ok(Some(Duration::from_secs(90))));
    assert_eq!(
        text::<Vec<Duration>>("1s, 250ms"),
        Ok(vec![Duration::from_secs(1), Duration::from_millis(250)])
    );
    assert_eq!(file::<Duration>("\"1.5s\""), Ok(Duration::from_millis(1500)));
    assert_eq!(file::<Duration>(r#"{"secs": 1, "nanos": 5}"#), Ok(Duration::new(1, 5)));
    assert_eq!(text::<Duration>(r#"{"secs": 1, "nanos": 5}"#), Ok(Duration::new(1, 5)));
    let words = "expected a duration such as 90s or 1h 30m";
    for refused in ["90", "1h30", "soon", "", "999999999999y"] {
        assert_eq!(text::<Duration>(refused), Err(words.into()), "{refused}");
    }
    assert_eq!(file::<Duration>("90"), Err(format!("{words}; got a number")));
}

#[test]
fn lists_are_commas_or_json() {
    assert_eq!(text::<Vec<u16>>("80, 443"), Ok(vec![80, 443]));
    assert_eq!(text::<Vec<u16>>(" [80, \"4_43\"] "), Ok(vec![80, 443]));
    assert_eq!(
        text::<Vec<String>>("https://a,https://b"),
        Ok(vec!["https://a".into(), "https://b".into()])
    );
    assert_eq!(text::<Vec<String>>(",,"), Ok(vec![String::new(), String::new(), String::new()]));
    assert_eq!(text::<Vec<String>>(""), Ok(vec![]));
    assert_eq!(text::<Vec<String>>("a"), Ok(vec!["a".into()]));
    assert_eq!(text::<HashSet<u8>>("[1,2,3,3]"), Ok(HashSet::from([1, 2, 3])));
    assert_eq!(file::<Vec<u16>>("[80, \"443\"]"), Ok(vec![80, 443]));
    assert_eq!(file::<Vec<u16>>("\"80,443\""), Ok(vec![80, 443]));
    assert_eq!(file::<Vec<Vec<u16>>>(r#"["1,2", [3]]"#), Ok(vec![vec![1, 2], vec![3]]));
    assert_eq!(
        text::<Vec<String>>(r#"["a" "b"]"#),
        Err("expected a list: a,b or a JSON array; JSON: expected `,` or `]` at column 6".into())
    );
    assert!(text::<Vec<String>>(r#"["a","b",]"#).unwrap_err().contains("JSON: "));
    assert_eq!(
        text::<Vec<u16>>("80,x"),
        Err("[1]: expected a whole number from 0 to 65535".into())
    );
    assert_eq!(
        file::<Vec<u16>>("8080"),
        Err("expected a list: a,b or a JSON array; got a number".into())
    );
    assert_eq!(
        text::<Vec<Vec<u16>>>("1,2"),
        Err("[0]: expected a JSON array, since it is a list within a list".into())
    );
}

#[test]
fn tuples_and_arrays_have_their_length() {
    assert_eq!(text::<(u8, String)>("1, a"), Ok((1, "a".into())));
    assert_eq!(text::<[u8; 3]>("[1,2,3]"), Ok([1, 2, 3]));
    assert_eq!(file::<(u8, bool)>("[1, true]"), Ok((1, true)));
    assert_eq!(text::<[u8; 3]>("1,2"), Err("expected a list of 3 elements, not of 2".into()));
    assert_eq!(text::<(u8,)>("1,2"), Err("expected a list of 1 element, not of 2".into()));
}

#[test]
fn maps_are_equals_signs_or_json() {
    let weights = BTreeMap::from([("a".to_owned(), 1_u8), ("b".to_owned(), 2)]);
    assert_eq!(text("a=1, b = 2"), Ok(weights.clone()));
    assert_eq!(text(r#"{"a":1,"b":"2"}"#), Ok(weights.clone()));
    assert_eq!(file(r#"{"a":1,"b":2}"#), Ok(weights.clone()));
    assert_eq!(file("\"a=1,b=2\""), Ok(weights));
    assert_eq!(
        text("1=apple,2=banana"),
        Ok(HashMap::from([(1_u8, "apple".to_owned()), (2, "banana".to_owned())]))
    );
    assert_eq!(text("q=a=b"), Ok(HashMap::from([("q".to_owned(), "a=b".to_owned())])));
    assert_eq!(text(""), Ok(BTreeMap::<String, u8>::new()));
    assert_eq!(
        file(r#"{"a":null,"b":4}"#),
        Ok(BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(4_u8))]))
    );
    let map = "expected a map: k=v,k2=v2 or a JSON object";
    assert_eq!(text::<BTreeMap<String, u8>>("a=1,b"), Err(format!("{map}; entry 2 has no `=`")));
    assert_eq!(
        text::<BTreeMap<String, u8>>("a=1,a=2"),
        Err(format!("{map}; the key of entry 2 stands twice"))
    );
    assert_eq!(
        text::<BTreeMap<String, u8>>("a=1,b=x"),
        Err("{1}: expected a whole number from 0 to 255".into())
    );
    assert_eq!(
        text::<BTreeMap<u8, u8>>("x=1"),
        Err("expected a whole number from 0 to 255".into())
    );
    assert_eq!(
        text::<BTreeMap<String, u8>>(r#"{"a":1,"a":2}"#),
        Err(format!("{map}; JSON: a key stands twice or is malformed at column 8"))
    );
    assert!(text::<BTreeMap<String, Vec<u8>>>("a=1").unwrap_err().contains("a JSON array"));
    assert_eq!(text(r#"{"a":[1]}"#), Ok(BTreeMap::from([("a".to_owned(), vec![1_u8])])));
}

#[test]
fn types_that_parse_their_own_text() {
    assert_eq!(text::<PathBuf>("/etc/app"), Ok(PathBuf::from("/etc/app")));
    assert_eq!(text::<IpAddr>("::1"), Ok("::1".parse().unwrap()));
    assert_eq!(text::<Vec<SocketAddr>>("127.0.0.1:80"), Ok(vec!["127.0.0.1:80".parse().unwrap()]));
    assert_eq!(text::<Vec<SocketAddr>>(r#"["[::1]:80"]"#), Ok(vec!["[::1]:80".parse().unwrap()]));
    assert_eq!(text::<NonZeroU16>("1"), Ok(NonZeroU16::MIN));
}

#[test]
fn what_a_foreign_type_says_is_kept_apart() {
    let address = wrong::<IpAddr>(Node::text("hunter2"));
    assert_eq!(address.to_string(), "its type does not accept it");
    assert_eq!(address.foreign(), Some("invalid IP address syntax"));
    let zero = wrong::<NonZeroU16>(number("0"));
    assert_eq!(zero.foreign(), Some("expected a nonzero u16"));
    assert_eq!(zero.kind(), ProblemKind::WrongType);
}

#[test]
fn nothing_and_options() {
    assert_eq!(file::<Option<u8>>("null"), Ok(None));
    assert_eq!(file::<Option<u8>>("1"), Ok(Some(1)));
    assert_eq!(text::<Option<u8>>("1"), Ok(Some(1)));
    assert_eq!(file::<()>("null"), Ok(()));
    assert_eq!(text::<()>("x"), Err("expected nothing".into()));
    assert_eq!(file::<Vec<Option<u8>>>("[1,null]"), Ok(vec![Some(1), None]));
}

#[test]
fn bytes_are_bytes() {
    let bytes = || Node::new(Value::Bytes(vec![0xff, 0].into()), Position::default());
    assert_eq!(setting::<Vec<u8>>(bytes(), None).unwrap(), [0xff, 0]);
    assert_eq!(setting::<[u8; 2]>(bytes(), None).unwrap(), [0xff, 0]);
    assert_eq!(wrong::<[u8; 3]>(bytes()).to_string(), "expected a list of 3 elements, not of 2");
    assert_eq!(wrong::<String>(bytes()).words(), "expected a text in UTF-8");
    let utf8 = Node::new(Value::Bytes(b"abc".to_vec().into()), Position::default());
    assert_eq!(setting::<String>(utf8, None).unwrap(), "abc");
}

#[test]
fn a_format_holds_for_the_text_or_for_each_element() {
    let hosts = |text: &str| {
        setting::<Vec<String>>(Node::text(text), Some(Format::HostPort))
            .map_err(|wrong| wrong.to_string())
    };
    assert_eq!(hosts("a:1, b:2"), Ok(vec!["a:1".into(), "b:2".into()]));
    assert_eq!(
        hosts("a:1,b"),
        Err("[1]: expected a host and port such as db.example.com:5432".into())
    );
    assert_eq!(hosts(r#"["a:1","b"]"#), hosts("a:1,b"));
    let hex = setting::<Vec<String>>(Node::text("00,ff"), Some(Format::Hex(Some(1))));
    assert_eq!(hex.unwrap(), ["00", "ff"]);
    let wrong = setting::<u16>(number("80"), Some(Format::Pattern("8???"))).unwrap_err();
    assert_eq!(wrong.to_string(), "expected the pattern 8???");
    assert_eq!(wrong.kind(), ProblemKind::WrongFormat);
    assert_eq!(wrong.position(), Position { line: 3, column: 7 });
    assert_eq!(setting::<String>(Node::text(""), Some(Format::Uuid)).unwrap(), "");
}

#[test]
fn the_place_is_the_innermost_in_the_file() {
    let ports = json_node("{\n \"a\": [1,\n  true]}");
    let found = wrong::<HashMap<String, Vec<u8>>>(ports);
    assert_eq!(found.position(), Position { line: 3, column: 3 });
    assert_eq!(found.path_with_keys(), "a[1]");
    assert_eq!(found.path(), "{0}[1]");
    let within = wrong::<Vec<u8>>(Node::new(
        Value::Text(Text::new("[1,\n true]".into())),
        Position { line: 9, column: 1 },
    ));
    assert!(!within.position().is_known());
}
