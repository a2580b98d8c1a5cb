use crate::document::json::parse;
use crate::document::lookup::{answer, answers, unclaimed};
use crate::source::{Answer, Claims, Key, Wanted};
use crate::value::Value;

fn key<'a>(path: &'a str, variables: &'a [&'a str]) -> Key<'a> {
    Key { path, variables, own: None, base: None, secret: false, prefix: "", binary: false }
}

/// What was found and under which name; or the name and why not.
fn look(document: &str, key: Key<'_>) -> String {
    match answer(&parse(document).unwrap(), &key, None) {
        Answer::Value(found) => match &found.node.value {
            Value::Number(text) | Value::Text(text) => {
                format!("{} at {}", text.as_str(), found.origin.key)
            }
            value => format!("{value:?} at {}", found.origin.key),
        },
        Answer::Empty(origin) => format!("empty at {}", origin.key),
        Answer::Absent(absence) | Answer::Unread(absence) => absence.to_string(),
        Answer::Failed(failure) => failure.to_string(),
    }
}

fn user(document: &str) -> String {
    look(document, key("smtp.user_name", &["APP_SMTP_USER_NAME", "MAIL_USER"]))
}

#[test]
fn the_nested_path_comes_before_the_dotted_key_and_that_before_the_variables_in_order() {
    let all = [
        r#""smtp": {"user_name": 1}"#,
        r#""smtp.user_name": 2"#,
        r#""APP_SMTP_USER_NAME": 3"#,
        r#""MAIL_USER": 4"#,
    ];
    let names = ["smtp.user_name", "smtp.user_name", "APP_SMTP_USER_NAME", "MAIL_USER"];
    for first in 0..4 {
        let backwards: Vec<&str> = all[first..].iter().rev().copied().collect();
        let document = format!("{{{}}}", backwards.join(","));
        assert_eq!(user(&document), format!("{} at {}", first + 1, names[first]));
    }
}

#[test]
fn a_key_that_is_nowhere_is_reported_by_its_path() {
    assert_eq!(user("{}"), "smtp.user_name (no such key)");
    assert_eq!(user(r#"{"smtp": {}}"#), "smtp.user_name (no such key)");
}

#[test]
fn a_path_that_goes_through_something_else_than_a_table_is_malformed_and_not_absent() {
    assert_eq!(user(r#"{"smtp": "x"}"#), "smtp must be a table, is a text");
    assert_eq!(user(r#"{"smtp": [1]}"#), "smtp must be a table, is a list");
    assert_eq!(user(r#"{"smtp": null}"#), "smtp.user_name (smtp is null, not a table)");
    let deep = key("a.b.c", &[]);
    assert_eq!(look(r#"{"a": {"b": 1}}"#, deep), "a.b must be a table, is a number");
}

#[test]
fn a_path_that_is_blocked_does_not_hide_the_other_names() {
    assert_eq!(user(r#"{"smtp": "x", "MAIL_USER": "m"}"#), "m at MAIL_USER");
}

#[test]
fn null_is_absent_and_the_next_name_is_tried() {
    assert_eq!(user(r#"{"smtp": {"user_name": null}}"#), "smtp.user_name (null)");
    assert_eq!(
        user(r#"{"smtp": {"user_name": null}, "smtp.user_name": "m"}"#),
        "m at smtp.user_name"
    );
}

#[test]
fn an_empty_text_counts_only_where_no_other_name_holds_more() {
    assert_eq!(user(r#"{"smtp": {"user_name": ""}}"#), "empty at smtp.user_name");
    assert_eq!(user(r#"{"smtp": {"user_name": ""}, "MAIL_USER": "m"}"#), "m at MAIL_USER");
    assert_eq!(
        user(r#"{"smtp": {"user_name": ""}, "MAIL_USER": null}"#),
        "empty at smtp.user_name"
    );
}

#[test]
fn a_key_declared_for_the_source_is_the_only_one_looked_for() {
    let own = |own| Key { own: Some(own), ..key("user", &["APP_USER"]) };
    assert_eq!(look(r#"{"a": {"b": 1}, "a.b": 2, "user": 3}"#, own("a.b")), "1 at a.b");
    assert_eq!(look(r#"{"a.b": 2, "user": 3}"#, own("a.b")), "2 at a.b");
    assert_eq!(look(r#"{"a.b": 2, "user": 3}"#, own("#a.b")), "2 at a.b");
    assert_eq!(look(r#"{"user": 3, "APP_USER": 4}"#, own("a.b")), "a.b (no such key)");
}

#[test]
fn a_nested_struct_with_a_place_of_its_own_is_looked_for_there() {
    let based = |path| Key { base: Some(("database.main", "host")), ..key(path, &["APP_DB_HOST"]) };
    assert_eq!(
        look(r#"{"database": {"main": {"host": "x"}}, "db": {"host": "y"}}"#, based("db.host")),
        "x at database.main.host"
    );
    assert_eq!(
        look(r#"{"db": {"host": "y"}}"#, based("db.host")),
        "database.main.host (no such key)"
    );
    assert_eq!(look(r#"{"APP_DB_HOST": "z"}"#, based("db.host")), "z at APP_DB_HOST");
    let own = Key { own: Some("server"), ..based("db.host") };
    assert_eq!(
        look(r#"{"database": {"main": {"server": "x"}}}"#, own),
        "x at database.main.server"
    );
}

#[test]
fn names_are_case_sensitive() {
    assert_eq!(
        look(r#"{"Port": 1, "app_port": 2}"#, key("port", &["APP_PORT"])),
        "port (no such key)"
    );
}

#[test]
fn a_document_that_is_no_table_has_no_keys() {
    assert_eq!(look("[1]", key("port", &["APP_PORT"])), "port (no such key)");
    assert_eq!(user("7"), "smtp.user_name (no such key)");
}

#[test]
fn an_origin_holds_the_file_and_the_place_of_the_value() {
    let file = std::path::Path::new("a.json").into();
    let root = parse("{\n  \"port\": 8080, \"host\": \"\"}").unwrap();
    let keys = [key("port", &[]), key("host", &[])];
    let answers = answers(&root, &Wanted::of(&keys), Some(&file)).unwrap();
    assert!(
        matches!(&answers[0], Answer::Value(found) if found.origin.to_string() == "port (a.json, line 2, column 11)")
    );
    assert!(
        matches!(&answers[1], Answer::Empty(origin) if origin.to_string() == "host (a.json, line 2, column 25)")
    );
}

fn foreign(document: &str, keys: &[Key<'_>]) -> Vec<String> {
    let names = unclaimed(&parse(document).unwrap(), &Claims { keys, prefix: "APP_" }, None);
    names.into_iter().map(|unclaimed| unclaimed.name).collect()
}

#[test]
fn a_name_at_the_root_is_unclaimed_only_with_the_prefix() {
    let keys = [key("port", &["APP_PORT"])];
    let document = r#"{"port": 1, "APP_PORT": 1, "prot": 1, "APP_PROT": 1, "$schema": "x"}"#;
    assert_eq!(foreign(document, &keys), ["APP_PROT"]);
}

#[test]
fn every_unknown_name_in_the_table_of_a_nested_struct_is_unclaimed() {
    let keys =
        [key("smtp.host", &["APP_SMTP_HOST"]), key("smtp.pool.size", &["APP_SMTP_POOL_SIZE"])];
    let document = r#"{"smtp": {"hots": 1, "host": 2, "pool": {"size": 1, "sise": 2}}, "smtp.prot": 3, "other": {"a": 1}}"#;
    assert_eq!(foreign(document, &keys), ["smtp.hots", "smtp.pool.sise", "smtp.prot"]);
}

#[test]
fn a_table_that_is_the_value_of_a_field_is_not_looked_into() {
    let keys = [key("labels", &["APP_LABELS"]), key("smtp.headers", &["APP_SMTP_HEADERS"])];
    assert!(
        foreign(r#"{"labels": {"APP_X": 1}, "smtp": {"headers": {"a": 1}}}"#, &keys).is_empty()
    );
}

#[test]
fn the_place_of_a_nested_struct_is_its_table() {
    let keys = [Key { base: Some(("database", "host")), ..key("db.host", &["APP_DB_HOST"]) }];
    let document = r#"{"database": {"host": 1, "hots": 2}, "db": {"x": 1}}"#;
    assert_eq!(foreign(document, &keys), ["database.hots"]);
}

#[test]
fn a_key_declared_for_the_source_is_claimed_and_makes_no_table_ours() {
    let keys = [Key { own: Some("server.port"), ..key("port", &["APP_PORT"]) }];
    assert!(foreign(r#"{"server": {"port": 1, "name": 2}, "server.port": 3}"#, &keys).is_empty());
}

#[test]
fn a_name_at_the_root_is_told_where_it_is_a_slip_of_one_that_is_missing() {
    let keys = [key("port", &["PORT"]), key("log_level", &["LOG_LEVEL"]), key("db.url", &["U"])];
    let names = |document| -> Vec<String> {
        let root = parse(document).unwrap();
        let unclaimed = unclaimed(&root, &Claims { keys: &keys, prefix: "" }, None);
        unclaimed.into_iter().map(|unclaimed| unclaimed.name).collect()
    };
    assert_eq!(names(r#"{"prot": 1, "log-level": 2, "DB": {}}"#), ["prot", "log-level", "DB"]);
    assert!(names(r#"{"prot": 1, "port": 2}"#).is_empty());
    assert!(names(r#"{"name": 1, "version": 2, "da": 3}"#).is_empty());
}

#[test]
fn a_large_document_answers_as_a_small_one_does() {
    let many: Vec<String> =
        (0..40).map(|n| format!("\"k{n}\": {{\"x\": {n}}}, \"d{n}.x\": {n}")).collect();
    let root = parse(&format!("{{{}}}", many.join(","))).unwrap();
    let paths: Vec<String> =
        (0..50).flat_map(|n| [format!("k{n}.x"), format!("d{n}.x"), format!("k{n}")]).collect();
    let keys: Vec<Key<'_>> = paths.iter().map(|path| key(path, &[])).collect();
    let all = answers(&root, &Wanted::of(&keys), None).unwrap();
    for (key, indexed) in keys.iter().zip(&all) {
        assert_eq!(format!("{:?}", answer(&root, key, None)), format!("{indexed:?}"));
    }
}
