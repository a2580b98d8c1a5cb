//! T: from text and from the types of files to the types of fields.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::PathBuf;

use config_core::{Problem, ProblemKind, Secrets};
use config_tests::only;
use serde::Deserialize;

#[expect(clippy::ptr_arg, reason = "a validator is given the type of the field")]
fn two_at_least(apples: &Vec<String>) -> Result<(), String> {
    if apples.len() >= 2 {
        Ok(())
    } else {
        Err(format!("expected at least 2; got {}", apples.len()))
    }
}

#[derive(Secrets)]
#[secrets(sources(env))]
struct Apples {
    #[setting(required, validate = two_at_least)]
    apples: Vec<String>,
}

/// Ours: `len` counts the characters of a text; how long a list may be is for a validator to say.
#[test]
fn t02_a_list_that_is_too_short_says_how_long_it_is_and_must_be() {
    let problem = only(Apples::loader().env([("APPLES", r#"["a"]"#)]).load());
    assert_eq!((problem.path(), problem.kind()), ("apples", ProblemKind::Refused));
    assert_eq!(problem.message(), "refused: expected at least 2; got 1");
    assert_eq!(
        Apples::loader().env([("APPLES", r#"["a","b"]"#)]).load().unwrap().apples,
        ["a", "b"]
    );
}

#[test]
fn t03_sets_maps_with_nothing_in_them_and_structs_are_read_from_json() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Core {
        pips: bool,
    }
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        set: BTreeSet<u8>,
        #[setting(required)]
        map: BTreeMap<String, Option<u8>>,
        #[setting(required)]
        core: Core,
    }
    let variables =
        [("SET", "[1,2,3,3]"), ("MAP", r#"{"a":null,"b":4}"#), ("CORE", r#"{"pips":true}"#)];
    let settings = Settings::loader().env(variables).load().unwrap();
    assert_eq!(settings.set, BTreeSet::from([1, 2, 3]));
    assert_eq!(settings.map, BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(4))]));
    assert_eq!(settings.core, Core { pips: true });
}

#[test]
fn t05_broken_json_names_the_field_and_the_variable() {
    let problem = only(Apples::loader().env([("APPLES", r#"["a","b",]"#)]).load());
    assert_eq!((problem.path(), problem.kind()), ("apples", ProblemKind::WrongType));
    assert_eq!(problem.origin().unwrap().to_string(), "env APPLES");
}

#[derive(Secrets)]
#[secrets(sources(env))]
struct Origins {
    #[setting(required)]
    cors: Vec<String>,
    #[setting(default = [80])]
    ports: Vec<u16>,
}

/// Ours: a list needs no JSON.
#[test]
fn t06_a_list_is_read_from_text_with_commas_and_from_a_json_array() {
    assert_eq!(Origins::loader().env([("CORS", "a")]).load().unwrap().ports, [80]);
    for text in ["https://a,https://b", "https://a , https://b", r#"["https://a","https://b"]"#] {
        assert_eq!(
            Origins::loader().env([("CORS", text)]).load().unwrap().cors,
            ["https://a", "https://b"],
            "{text}"
        );
    }
}

/// Ours: the message names both forms.
#[test]
fn t06_a_list_that_cannot_be_read_names_both_forms() {
    let problem = only(Origins::loader().env([("CORS", "a"), ("PORTS", "[80,")]).load());
    assert_eq!((problem.path(), problem.kind()), ("ports", ProblemKind::WrongType));
    assert!(problem.message().contains("a,b") && problem.message().contains("JSON"), "{problem}");
}

/// Ours: `parse` takes the text as it is, and every other field is decoded.
#[test]
fn t08_a_field_with_a_parser_of_its_own_is_not_decoded_and_its_neighbour_is() {
    fn whole(text: &str) -> Result<Vec<String>, Infallible> {
        Ok(vec![text.to_owned()])
    }
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required, parse = whole)]
        raw: Vec<String>,
        #[setting(required)]
        decoded: Vec<String>,
    }
    let settings =
        Settings::loader().env([("RAW", "[1,2]"), ("DECODED", "[\"1\",\"2\"]")]).load().unwrap();
    assert_eq!(
        (settings.raw, settings.decoded),
        (vec!["[1,2]".to_owned()], vec!["1".to_owned(), "2".to_owned()])
    );
}

#[test]
fn t09_a_structure_is_json_text_and_other_text_is_a_problem_that_says_so() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Point {
        x: i32,
    }
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        point: Point,
    }
    assert_eq!(
        Settings::loader().env([("POINT", r#"{"x":-3}"#)]).load().unwrap().point,
        Point { x: -3 }
    );
    let problem = only(Settings::loader().env([("POINT", "test")]).load());
    assert_eq!((problem.path(), problem.kind()), ("point", ProblemKind::WrongType));
    assert!(problem.message().contains("JSON"), "{problem}");
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq)]
enum Fruit {
    #[serde(rename = "1", alias = "pomelo")]
    Pomelo,
    #[serde(rename = "2")]
    Kiwi,
}

#[test]
fn t11_an_enum_is_read_by_the_names_that_serde_gives_and_a_wrong_one_lists_them() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        fruit: Fruit,
    }
    assert_eq!(Settings::loader().env([("FRUIT", "2")]).load().unwrap().fruit, Fruit::Kiwi);
    assert_eq!(Settings::loader().env([("FRUIT", "pomelo")]).load().unwrap().fruit, Fruit::Pomelo);
    let problem = only(Settings::loader().env([("FRUIT", "kiwi")]).load());
    assert_eq!((problem.path(), problem.kind()), ("fruit", ProblemKind::WrongType));
    assert_eq!(problem.message(), "wrong type: expected one of 1, pomelo, 2; got \"kiwi\"");
}

#[test]
fn t12_enums_are_read_plain_optional_nested_and_in_lists() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        plain: Fruit,
        #[setting]
        optional: Option<Fruit>,
        #[setting(required)]
        list: Vec<Fruit>,
        #[nested]
        nested: Nested,
    }
    #[derive(Secrets)]
    struct Nested {
        #[setting(required)]
        fruit: Fruit,
    }
    let variables = [("PLAIN", "1"), ("OPTIONAL", "2"), ("LIST", "1,2"), ("NESTED_FRUIT", "2")];
    let settings = Settings::loader().env(variables).load().unwrap();
    assert_eq!((settings.plain, settings.optional), (Fruit::Pomelo, Some(Fruit::Kiwi)));
    assert_eq!(
        (settings.list, settings.nested.fruit),
        (vec![Fruit::Pomelo, Fruit::Kiwi], Fruit::Kiwi)
    );
}

#[test]
fn t18_a_text_is_never_parsed_as_json() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        text: String,
        #[setting]
        optional: Option<String>,
    }
    let settings =
        Settings::loader().env([("TEXT", r#"{"a":[1]}"#), ("OPTIONAL", "null")]).load().unwrap();
    assert_eq!(
        (settings.text.as_str(), settings.optional.as_deref()),
        (r#"{"a":[1]}"#, Some("null"))
    );
}

#[derive(Debug, Secrets)]
#[secrets(sources(env))]
struct Strict {
    #[setting(required)]
    my_int: i32,
    #[setting]
    my_bool: Option<bool>,
}

#[test]
fn t20_numbers_and_truth_are_read_from_text() {
    let settings = Strict::loader().env([("MY_INT", "0"), ("MY_BOOL", "true")]).load().unwrap();
    assert_eq!((settings.my_int, settings.my_bool), (0, Some(true)));
}

#[test]
fn t21_a_word_is_no_truth_and_no_number() {
    let error = config_tests::failure(
        Strict::loader().env([("MY_INT", "not-a-number"), ("MY_BOOL", "maybe")]).load(),
    );
    let problems: Vec<&Problem> = error.iter().collect();
    assert_eq!([problems[0].path(), problems[1].path()], ["my_int", "my_bool"]);
    assert!(problems.iter().all(|problem| problem.kind() == ProblemKind::WrongType), "{error}");
    assert!(
        problems[0].message().contains("\"not-a-number\""),
        "a setting's own text helps: {error}"
    );
}

#[test]
fn t23_a_newtype_around_a_text_or_a_path_is_read_from_bare_text() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Name(String);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Place(PathBuf);
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        name: Name,
        #[setting(required)]
        place: Place,
    }
    let settings =
        Settings::loader().env([("NAME", "Ada, L."), ("PLACE", "/srv/a,b")]).load().unwrap();
    assert_eq!(
        (settings.name, settings.place),
        (Name("Ada, L.".to_owned()), Place("/srv/a,b".into()))
    );
}

#[test]
fn t24_a_newtype_around_a_list_of_structs_is_read_from_a_json_array() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Item {
        x: u8,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Items(Vec<Item>);
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        items: Items,
    }
    let settings = Settings::loader().env([("ITEMS", r#"[{"x":1},{"x":2}]"#)]).load().unwrap();
    assert_eq!(settings.items, Items(vec![Item { x: 1 }, Item { x: 2 }]));
}
