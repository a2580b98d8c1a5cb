//! F: JSON, TOML and YAML files.

use config_core::{Memory, ProblemKind, Secrets};
use config_tests::{Bench, NOTHING, failure, only};

#[derive(Secrets)]
#[secrets(sources(file("app.json"), file("app.toml"), file("app.yaml")))]
struct Nested {
    #[setting]
    name: Option<String>,
    #[nested]
    nested: Inner,
}

#[derive(Secrets)]
struct Inner {
    #[setting(default = 0)]
    foo: u8,
    #[setting(default = 0)]
    bar: u8,
}

#[test]
fn f01_a_nested_table_is_a_nested_struct_and_null_is_nothing() {
    let files = [
        ("app.json", r#"{"name": null, "nested": {"foo": 1, "bar": 2}}"#),
        ("app.toml", "[nested]\nfoo = 1\nbar = 2\n"),
        ("app.yaml", "name: null\nnested:\n  foo: 1\n  bar: 2\n"),
    ];
    for file in files {
        let bench = Bench::with([file]);
        let settings = Nested::loader().root(bench.path()).env(NOTHING).load().unwrap();
        assert_eq!(
            (settings.name, settings.nested.foo, settings.nested.bar),
            (None, 1, 2),
            "{}",
            file.0
        );
    }
}

/// Ours: files are merged field by field, and the first one listed wins.
#[test]
fn f03_of_several_files_each_field_comes_from_the_first_that_has_it() {
    let bench = Bench::with([
        ("app.json", r#"{"nested": {"foo": 3}}"#),
        ("app.toml", "nested = { foo = 1, bar = 2 }\n"),
    ]);
    let nested = Nested::loader().root(bench.path()).env(NOTHING).load().unwrap().nested;
    assert_eq!((nested.foo, nested.bar), (3, 2));
}

#[derive(Secrets)]
#[secrets(sources(file("app.{EXTENSION}#{TABLE}")))]
struct OfTable {
    #[setting(default = "default")]
    name: String,
}

fn table(bench: &Bench, extension: &str, table: &str) -> Result<String, config_core::Error> {
    let place = [("EXTENSION", extension), ("TABLE", table)];
    OfTable::loader().root(bench.path()).env(place).load().map(|settings| settings.name)
}

#[test]
fn f04_a_table_of_a_file_can_be_the_whole_of_it() {
    let bench = Bench::with([
        ("app.yaml", "nested:\n  name: one\nconfig:\n  app:\n    settings:\n      name: deep\n"),
        (
            "app.json",
            r#"{"nested": {"name": "one"}, "config": {"app": {"settings": {"name": "deep"}}}}"#,
        ),
    ]);
    for extension in ["yaml", "json"] {
        assert_eq!(table(&bench, extension, "nested").unwrap(), "one");
        assert_eq!(table(&bench, extension, "config.app.settings").unwrap(), "deep");
        let problem = only(table(&bench, extension, "config.app.wrong"));
        assert_eq!(problem.kind(), ProblemKind::NotFound);
        assert!(problem.message().contains("config.app.wrong"), "{problem}");
        assert!(
            problem.origin().unwrap().to_string().contains(&format!("app.{extension}")),
            "{problem:?}"
        );
    }
}

#[test]
fn f06_a_table_that_is_none_is_told_apart_from_an_empty_one() {
    let bench =
        Bench::with([("app.json", r#"{"scalar": 1, "empty": {}, "config": {"app": "text"}}"#)]);
    assert_eq!(table(&bench, "json", "empty").unwrap(), "default");
    for (name, part) in
        [("scalar", "scalar"), ("scalar.name", "scalar"), ("config.app.name", "config.app")]
    {
        let problem = only(table(&bench, "json", name));
        assert_eq!(problem.kind(), ProblemKind::Malformed, "{name}");
        assert!(
            problem.message().contains(&format!("{part} must be a table")),
            "{name}: {problem}"
        );
    }
    assert_eq!(only(table(&bench, "json", "config..app")).kind(), ProblemKind::Malformed);
}

#[test]
fn f07_a_table_must_be_in_a_file_that_is_there_and_the_file_may_be_missing() {
    let bench = Bench::with([("app.toml", "[server]\nname = \"one\"\n")]);
    assert_eq!(table(&bench, "toml", "server").unwrap(), "one");
    assert_eq!(only(table(&bench, "toml", "client")).kind(), ProblemKind::NotFound);
    assert_eq!(table(&bench, "yaml", "client").unwrap(), "default");
}

#[test]
fn f09_what_is_embedded_in_the_program_is_given_as_pairs() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env))]
    struct Settings {
        #[setting(required)]
        name: String,
    }
    let embedded = b"name = \"embedded\"\n";
    let pairs = config_core::dotenv::parse(embedded).unwrap();
    let pairs = pairs.iter().map(|pair| (pair.key.as_str(), pair.value.as_str()));
    let settings =
        Settings::loader().env(NOTHING).source(Memory::pairs("embedded", pairs)).load().unwrap();
    assert_eq!(settings.name, "embedded");
}

/// Ours: keys are case-sensitive; the variable's name is the one other name that a document may use.
#[test]
fn f10_keys_are_case_sensitive_and_the_name_of_the_variable_is_one_too() {
    #[derive(Secrets)]
    #[secrets(sources(file("app.json")))]
    struct Settings {
        #[setting(default = "default")]
        api_root: String,
    }
    for (document, expected) in [
        (r#"{"api_root": "path"}"#, "path"),
        (r#"{"API_ROOT": "variable"}"#, "variable"),
        (r#"{"Api_Root": "neither"}"#, "default"),
    ] {
        let bench = Bench::with([("app.json", document)]);
        assert_eq!(
            Settings::loader().root(bench.path()).env(NOTHING).load().unwrap().api_root,
            expected
        );
    }
}

#[test]
fn f10_a_document_that_cannot_be_read_tells_where_it_breaks() {
    let bench = Bench::with([("app.json", "{\"name\": \"a\",\n  \"nested\" {}\n}")]);
    let error = failure(Nested::loader().root(bench.path()).env(NOTHING).load());
    let problem = error.iter().next().unwrap();
    assert_eq!(problem.kind(), ProblemKind::Malformed);
    assert_eq!(problem.origin().unwrap().position().line, 2);
}
