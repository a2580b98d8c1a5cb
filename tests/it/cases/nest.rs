//! N: nested structs.

use std::collections::BTreeMap;

use config_core::{ProblemKind, Secrets};
use config_tests::{Bench, NOTHING, kinds, messages, only};
use serde::Deserialize;

#[derive(Secrets)]
#[secrets(sources(env, file("app.json")))]
struct Deep {
    #[nested]
    top: Top,
}

#[derive(Secrets)]
struct Top {
    #[setting(required)]
    v1: String,
    #[setting(required)]
    v2: String,
    #[setting(required)]
    v3: String,
    #[nested]
    sub: Sub,
}

#[derive(Secrets)]
struct Sub {
    #[setting(required)]
    v4: String,
    #[setting(required)]
    v5: u8,
    #[nested]
    sub_sub: SubSub,
}

#[derive(Secrets)]
struct SubSub {
    #[setting(required)]
    v6: u8,
}

/// Ours: a document of a whole struct comes from a file; each variable is one field.
#[test]
fn n01_variables_override_single_fields_of_a_document_and_the_rest_of_it_stays() {
    let bench = Bench::with([(
        "app.json",
        r#"{"top": {"v1": "json-1", "v2": "json-2", "sub": {"v5": "xx"}}}"#,
    )]);
    let variables = [
        ("TOP_SUB_V5", "5"),
        ("TOP_V2", "2"),
        ("TOP_V3", "3"),
        ("TOP_SUB_SUB_SUB_V6", "6"),
        ("TOP_SUB_V4", "4"),
    ];
    let top = Deep::loader().root(bench.path()).env(variables).load().unwrap().top;
    assert_eq!([top.v1.as_str(), &top.v2, &top.v3, &top.sub.v4], ["json-1", "2", "3", "4"]);
    assert_eq!((top.sub.v5, top.sub.sub_sub.v6), (5, 6));
}

#[test]
fn n02_a_variable_without_the_underscore_between_the_names_does_not_match() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[nested]
        sub: Foo,
    }
    #[derive(Debug, Secrets)]
    #[expect(dead_code, reason = "it never loads")]
    struct Foo {
        #[setting(required)]
        foo: u8,
    }
    let variables =
        [("SUBFOO", "1"), ("SUBNONEFOO", "1"), ("SUB__FOO", "1"), ("SUB", r#"{"foo":1}"#)];
    assert_eq!(only(Settings::loader().env(variables).load()).kind(), ProblemKind::Missing);
}

mod family {
    use super::Secrets;

    #[derive(Secrets)]
    pub(super) struct Family {
        #[nested]
        pub(super) caregiver: Person,
        #[nested]
        pub(super) significant_other: Person,
        #[nested]
        pub(super) next_of_kin: Person,
    }

    #[derive(Secrets)]
    pub(super) struct Person {
        #[setting(default = "-")]
        pub(super) first_name: String,
        #[setting(default = "-")]
        pub(super) date_of_birth: String,
        #[setting(default = "-")]
        pub(super) sex: String,
    }
}

#[test]
fn n04_underscores_on_both_sides_of_the_border_reach_the_right_fields() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Bare {
        #[nested(flatten)]
        family: family::Family,
    }
    #[derive(Secrets)]
    #[secrets(prefix = "PREFIX", sources(env))]
    struct Prefixed {
        #[nested(flatten)]
        family: family::Family,
    }
    let of = |prefix: &str| {
        [
            ("CAREGIVER_FIRST_NAME", "Ada"),
            ("SIGNIFICANT_OTHER_DATE_OF_BIRTH", "1815"),
            ("NEXT_OF_KIN_SEX", "f"),
        ]
        .map(|(name, value)| (format!("{prefix}{name}"), value))
    };
    let loaded = [
        Bare::loader().env(of("")).load().unwrap().family,
        Prefixed::loader().env(of("PREFIX_")).load().unwrap().family,
    ];
    for family in loaded {
        assert_eq!(family.caregiver.first_name, "Ada");
        assert_eq!(family.significant_other.date_of_birth, "1815");
        assert_eq!(family.next_of_kin.sex, "f");
        assert_eq!(family.caregiver.date_of_birth, "-");
        assert_eq!(family.next_of_kin.first_name, "-");
    }
}

/// Ours: a name is looked up in the known schema and never split; that two fields claim one is a compile error.
#[test]
fn n05_a_name_is_resolved_by_the_schema_and_never_by_splitting() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(default = 1)]
        smtp_host_port: u8,
        #[nested]
        smtp: Smtp,
    }
    #[derive(Secrets)]
    struct Smtp {
        #[setting(default = 2)]
        host: u8,
        #[setting(default = 3)]
        host_port_range: u8,
    }
    let variables = [("SMTP_HOST_PORT", "10"), ("SMTP_HOST", "20"), ("SMTP_HOST_PORT_RANGE", "30")];
    let settings = Settings::loader().env(variables).load().unwrap();
    assert_eq!(
        (settings.smtp_host_port, settings.smtp.host, settings.smtp.host_port_range),
        (10, 20, 30)
    );
}

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env))]
struct Scalar {
    #[setting(default = "default")]
    v: String,
}

#[test]
fn n07_variables_below_a_plain_field_leave_its_default() {
    let loaded = Scalar::loader().env([("APP_V__X", "x"), ("APP_V_X", "x")]).load_report().unwrap();
    assert_eq!(loaded.settings.v, "default");
    assert_eq!(loaded.report.warnings().len(), 2);
}

#[test]
fn n08_a_plain_field_wins_over_variables_below_it() {
    let settings = Scalar::loader()
        .env([("APP_V", "leaf"), ("APP_V__X", "x"), ("APP_V_X_Y", "y")])
        .load()
        .unwrap();
    assert_eq!(settings.v, "leaf");
}

#[test]
fn n10_broken_json_of_a_nested_list_names_the_field_and_the_source() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[nested]
        model: Model,
    }
    #[derive(Debug, Secrets)]
    #[expect(dead_code, reason = "it never loads")]
    struct Model {
        #[setting(required)]
        vals: Vec<u8>,
    }
    let problem = only(Settings::loader().env([("MODEL_VALS", r#"["not valid""#)]).load());
    assert_eq!((problem.path(), problem.kind()), ("model.vals", ProblemKind::WrongType));
    assert_eq!(problem.origin().unwrap().to_string(), "env MODEL_VALS");
}

#[test]
fn n11_an_unknown_nested_variable_leaves_what_is_required_missing() {
    let bench = Bench::new();
    let variables = [("TOP_SUB_SUB_SUB_FOO_VALS", "[]"), ("TOP_FOO_VALS", "[]")];
    let found = kinds(Deep::loader().root(bench.path()).env(variables).load());
    let paths = ["top.v1", "top.v2", "top.v3", "top.sub.v4", "top.sub.v5", "top.sub.sub_sub.v6"];
    assert_eq!(found, paths.map(|path| (path.to_owned(), ProblemKind::Missing)));
}

#[derive(Debug, Deserialize, PartialEq)]
struct Entry {
    b: u8,
}

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, file("app.json")))]
struct Maps {
    #[setting(default = BTreeMap::new())]
    sub_dict: BTreeMap<String, BTreeMap<String, Entry>>,
    #[setting(default = BTreeMap::new())]
    nested: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    #[setting(default = BTreeMap::new())]
    llm: BTreeMap<String, Keys>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Keys {
    keys: Vec<String>,
}

/// Ours: what is inside a map comes as one value; no variable is split into its keys.
#[test]
fn n13_a_map_of_structs_is_one_value_and_no_variable_reaches_into_it() {
    let bench = Bench::new();
    let value = [("APP_SUB_DICT", r#"{"bar": {"foo": {"b": 2}}}"#)];
    let settings = Maps::loader().root(bench.path()).env(value).load().unwrap();
    assert_eq!(settings.sub_dict["bar"]["foo"], Entry { b: 2 });

    let inside = [("APP_SUB_DICT__BAR__FOO", r#"{"b": 2}"#)];
    let loaded = Maps::loader().root(bench.path()).env(inside).load_report().unwrap();
    assert!(loaded.settings.sub_dict.is_empty());
    assert_eq!(messages(loaded.report.warnings()).len(), 1);
}

#[test]
fn n14_maps_in_maps_in_maps_are_read() {
    let bench = Bench::with([("app.json", r#"{"nested": {"foo": {"a": {"b": "bar"}}}}"#)]);
    assert_eq!(
        Maps::loader().root(bench.path()).env(NOTHING).load().unwrap().nested["foo"]["a"]["b"],
        "bar"
    );
}

#[test]
fn n16_a_map_of_structs_with_lists_has_any_keys() {
    let bench = Bench::with([(
        "app.json",
        r#"{"llm": {"openai": {"keys": ["sk"]}, "qwen": {"keys": ["a", "b"]}}}"#,
    )]);
    let settings = Maps::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!(settings.llm["openai"].keys, ["sk"]);
    assert_eq!(settings.llm["qwen"].keys, ["a", "b"]);
}

/// Ours: names are case-sensitive at every level, in variables and in documents.
#[test]
fn n17_nested_names_are_case_sensitive() {
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Settings {
        #[nested]
        nested: Names,
        #[nested]
        optional: Option<Names>,
    }
    #[derive(Secrets)]
    struct Names {
        #[setting(default = "default")]
        foo: String,
    }
    let bench =
        Bench::with([("app.json", r#"{"nested": {"FOO": "x"}, "Optional": {"foo": "x"}}"#)]);
    let settings = Settings::loader()
        .root(bench.path())
        .env([("NESTED_FoO", "x"), ("nested_foo", "x")])
        .load()
        .unwrap();
    assert_eq!(settings.nested.foo, "default");
    assert!(settings.optional.is_none());
    let settings = Settings::loader()
        .root(bench.path())
        .env([("NESTED_FOO", "x"), ("OPTIONAL_FOO", "y")])
        .load();
    let settings = settings.unwrap();
    assert_eq!((settings.nested.foo.as_str(), settings.optional.unwrap().foo.as_str()), ("x", "y"));
}

#[test]
fn n19_a_tagged_enum_is_read_by_its_tag() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "x", rename_all = "lowercase")]
    enum AOrB {
        A { a: String },
        B { b: String, c: Option<u8> },
    }
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Settings {
        #[setting(required)]
        a_or_b: AOrB,
        #[setting]
        optional: Option<AOrB>,
    }
    let bench = Bench::with([("app.json", r#"{"optional": {"x": "b", "b": "file", "c": 3}}"#)]);
    let variables = [("A_OR_B", r#"{"x":"a","a":"world"}"#)];
    let settings = Settings::loader().root(bench.path()).env(variables).load().unwrap();
    assert_eq!(settings.a_or_b, AOrB::A { a: "world".to_owned() });
    assert_eq!(settings.optional, Some(AOrB::B { b: "file".to_owned(), c: Some(3) }));
}

/// Ours: a nested struct has no default instance; each of its fields has its own default.
#[test]
fn n20_a_nested_struct_of_which_one_field_is_set_keeps_the_defaults_of_the_others() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[nested]
        nested: Nested,
    }
    #[derive(Secrets)]
    struct Nested {
        #[setting(default = false)]
        v0: bool,
        #[setting(default = "v1")]
        v1: String,
    }
    let nested = Settings::loader().env([("NESTED_V0", "True")]).load().unwrap().nested;
    assert_eq!((nested.v0, nested.v1.as_str()), (true, "v1"));
}

#[test]
fn n22_what_the_program_sets_and_what_the_environment_has_meet_in_one_struct() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[nested]
        top: Fruits,
    }
    #[derive(Secrets)]
    struct Fruits {
        #[setting(required)]
        apple: String,
        #[setting(required)]
        banana: String,
    }
    let top = Settings::loader()
        .env([("TOP_BANANA", "yellow")])
        .set("top.apple", "red")
        .load()
        .unwrap()
        .top;
    assert_eq!((top.apple.as_str(), top.banana.as_str()), ("red", "yellow"));
}
