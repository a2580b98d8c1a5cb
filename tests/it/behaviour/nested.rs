//! Nested structs: optional, flattened, renamed.

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, kinds, only};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, file("app.json")))]
struct Settings {
    #[nested]
    smtp: Option<Smtp>,
}

#[derive(Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
    #[setting(default = 25)]
    port: u16,
    #[nested]
    login: Option<Login>,
}

#[derive(Secrets)]
struct Login {
    #[setting(required)]
    user: String,
    #[secret(required, format = any)]
    password: SecretString,
}

fn smtp(variables: &[(&str, &str)]) -> Result<Option<Smtp>, config_core::Error> {
    let bench = Bench::new();
    Settings::loader()
        .root(bench.path())
        .env(variables.iter().copied())
        .load()
        .map(|settings| settings.smtp)
}

#[test]
fn an_optional_struct_is_none_when_no_source_has_any_key_of_it() {
    assert!(smtp(&[]).unwrap().is_none());
}

#[test]
fn an_optional_struct_with_one_key_is_there_with_its_defaults() {
    let smtp = smtp(&[("APP_SMTP_HOST", "mx")]).unwrap().unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port), ("mx", 25));
    assert!(smtp.login.is_none());
}

#[test]
fn a_partial_optional_struct_reports_what_is_missing() {
    assert_eq!(
        kinds(smtp(&[("APP_SMTP_PORT", "26")])),
        [("smtp.host".to_owned(), ProblemKind::Missing)]
    );
    let inner = smtp(&[("APP_SMTP_HOST", "mx"), ("APP_SMTP_LOGIN_USER", "ada")]);
    assert_eq!(kinds(inner), [("smtp.login.password".to_owned(), ProblemKind::Missing)]);
}

#[test]
fn a_key_deep_inside_makes_every_struct_around_it_present() {
    let inner = smtp(&[("APP_SMTP_LOGIN_USER", "ada"), ("APP_SMTP_LOGIN_PASSWORD", "pw")]);
    assert_eq!(kinds(inner), [("smtp.host".to_owned(), ProblemKind::Missing)]);
    let whole = [
        ("APP_SMTP_HOST", "mx"),
        ("APP_SMTP_LOGIN_USER", "ada"),
        ("APP_SMTP_LOGIN_PASSWORD", "pw"),
    ];
    let login = smtp(&whole).unwrap().unwrap().login.unwrap();
    assert_eq!((login.user.as_str(), login.password.expose_secret()), ("ada", "pw"));
}

#[test]
fn an_empty_key_does_not_make_an_optional_struct_present() {
    assert!(smtp(&[("APP_SMTP_HOST", "")]).unwrap().is_none());
}

#[test]
fn a_source_that_fails_is_a_problem_of_an_optional_struct_too() {
    let bench = Bench::with([("app.json", "{")]);
    let found = kinds(Settings::loader().root(bench.path()).env(NOTHING).load());
    assert!(found.iter().all(|(_, kind)| *kind == ProblemKind::Malformed), "{found:?}");
    assert!(!found.is_empty());
}

#[test]
fn the_keys_of_two_sources_meet_in_one_optional_struct() {
    let bench = Bench::with([("app.json", r#"{"smtp": {"host": "mx"}}"#)]);
    let smtp = Settings::loader()
        .root(bench.path())
        .env([("APP_SMTP_PORT", "26")])
        .load()
        .unwrap()
        .smtp
        .unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port), ("mx", 26));
}

#[test]
fn a_flattened_struct_adds_no_name_anywhere() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env, file("app.json")))]
    struct Outer {
        #[nested(flatten)]
        common: Common,
        #[setting(default = 1)]
        own: u8,
    }
    #[derive(Secrets)]
    struct Common {
        #[setting(required)]
        host: String,
        #[setting(required)]
        port: u16,
    }
    let bench = Bench::with([("app.json", r#"{"port": 80}"#)]);
    let outer = Outer::loader().root(bench.path()).env([("APP_HOST", "a")]).load().unwrap();
    assert_eq!((outer.common.host.as_str(), outer.common.port, outer.own), ("a", 80, 1));
    let paths: Vec<&str> = Outer::schema().leaves().iter().map(config_core::Leaf::path).collect();
    assert_eq!(paths, ["host", "port", "own"]);
}

#[test]
fn a_prefix_of_a_nested_struct_stands_for_its_name_in_variables_alone() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env, file("app.json")))]
    struct Outer {
        #[nested(prefix = "DB")]
        database: Inner,
    }
    #[derive(Secrets)]
    struct Inner {
        #[setting(required)]
        host: String,
        #[setting(required)]
        port: u16,
    }
    let bench = Bench::with([("app.json", r#"{"database": {"port": 5432}}"#)]);
    let database =
        Outer::loader().root(bench.path()).env([("APP_DB_HOST", "pg")]).load().unwrap().database;
    assert_eq!((database.host.as_str(), database.port), ("pg", 5432));
}

#[test]
fn one_struct_can_be_nested_twice() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Outer {
        #[nested]
        first: Login,
        #[nested]
        second: Login,
    }
    let variables = [
        ("FIRST_USER", "a"),
        ("FIRST_PASSWORD", "1"),
        ("SECOND_USER", "b"),
        ("SECOND_PASSWORD", "2"),
    ];
    let outer = Outer::loader().env(variables).load().unwrap();
    assert_eq!([outer.first.user.as_str(), outer.second.user.as_str()], ["a", "b"]);
    let problem = only(
        Outer::loader()
            .env([("FIRST_USER", "a"), ("FIRST_PASSWORD", "1"), ("SECOND_USER", "b")])
            .load(),
    );
    assert_eq!(problem.path(), "second.password");
}

#[test]
fn a_struct_that_is_none_shows_no_defaults_of_its_fields() {
    let bench = Bench::new();
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    for report in [loader().explain(), loader().load_report().unwrap().report] {
        let shown: Vec<String> =
            report.fields().iter().map(|field| field.outcome().to_string()).collect();
        assert_eq!(shown, ["not set"; 4]);
    }
}
