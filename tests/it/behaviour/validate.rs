//! What the program itself checks: parsers and validators.

use std::num::ParseIntError;

use config_core::{ExposeSecret, Invalid, Problem, ProblemKind, SecretString, Secrets};
use config_tests::{NOTHING, failure, only};

fn even(number: &u32) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("{number} is odd")) }
}

fn long_enough(secret: &SecretString) -> Result<(), &'static str> {
    if secret.expose_secret().len() >= 4 { Ok(()) } else { Err("too easy to guess") }
}

fn hexadecimal(text: &str) -> Result<u32, ParseIntError> {
    u32::from_str_radix(text.trim_start_matches("0x"), 16)
}

fn ordered(settings: &Settings) -> Result<(), Invalid> {
    if settings.low <= settings.high {
        Ok(())
    } else {
        Err(Invalid { field: "high", message: "must not be below low" })
    }
}

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env), validate = ordered)]
struct Settings {
    #[setting(default = 0, validate = even)]
    low: u32,
    #[setting(default = 100, validate = even)]
    high: u32,
    #[setting(default = 0, parse = hexadecimal)]
    mask: u32,
    #[secret(format = any, validate = long_enough)]
    pass: Option<SecretString>,
    #[setting(validate = even)]
    maybe: Option<u32>,
}

fn load(variables: &[(&str, &str)]) -> Result<Settings, config_core::Error> {
    Settings::loader().env(variables.iter().copied()).load()
}

#[test]
fn validators_accept_what_is_right() {
    let settings = load(&[
        ("APP_LOW", "2"),
        ("APP_HIGH", "4"),
        ("APP_MASK", "0xff"),
        ("APP_PASS", "long"),
        ("APP_MAYBE", "6"),
    ]);
    let settings = settings.unwrap();
    assert_eq!((settings.low, settings.high, settings.mask, settings.maybe), (2, 4, 255, Some(6)));
    assert_eq!(settings.pass.unwrap().expose_secret(), "long");
}

#[test]
fn the_words_of_a_validator_are_shown_with_field_and_origin() {
    let problem = only(load(&[("APP_LOW", "3")]));
    assert_eq!(
        (problem.path(), problem.kind(), problem.message()),
        ("low", ProblemKind::Refused, "refused: 3 is odd")
    );
    assert_eq!(problem.origin().unwrap().to_string(), "env APP_LOW");
    assert_eq!(only(load(&[("APP_MAYBE", "7")])).path(), "maybe");
}

#[test]
fn the_words_of_a_secret_s_validator_are_fixed_and_shown() {
    let problem = only(load(&[("APP_PASS", "abc")]));
    assert_eq!((problem.path(), problem.message()), ("pass", "refused: too easy to guess"));
}

#[test]
fn the_words_of_a_parser_are_shown() {
    let problem = only(load(&[("APP_MASK", "0xzz")]));
    assert_eq!((problem.path(), problem.kind()), ("mask", ProblemKind::Refused));
    assert!(problem.message().contains("invalid digit"), "{problem}");
}

#[test]
fn a_struct_s_validator_names_the_field_that_it_refuses() {
    let problem = only(load(&[("APP_LOW", "10"), ("APP_HIGH", "8")]));
    assert_eq!((problem.path(), problem.kind()), ("high", ProblemKind::Refused));
    assert_eq!(problem.message(), "refused: must not be below low");
    assert_eq!(problem.origin().unwrap().to_string(), "env APP_HIGH");
}

#[test]
fn what_a_struct_s_validator_refuses_is_told_with_where_its_value_comes_from() {
    let problem = only(load(&[("APP_LOW", "102")]));
    assert_eq!(
        (problem.path(), problem.origin().unwrap().to_string().as_str()),
        ("high", "default")
    );
}

#[test]
fn a_validator_that_names_no_field_of_its_struct_is_told_with_the_struct() {
    fn never(_: &Inner) -> Result<(), Invalid> {
        Err(Invalid { field: "prot", message: "must be even" })
    }
    #[derive(Secrets)]
    #[secrets(sources(env), validate = never)]
    struct Inner {
        #[setting(default = 1)]
        #[expect(dead_code, reason = "it never loads")]
        port: u16,
    }
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Outer {
        #[setting(default = 1)]
        #[expect(dead_code, reason = "it never loads")]
        other: u16,
        #[nested]
        inner: Inner,
    }
    let words = "refused: must be even (its validator names `prot`, which is none of its fields)";
    let problem = only(Outer::loader().env([("INNER_PORT", "3")]).load());
    assert_eq!((problem.path(), problem.message()), ("inner", words));
    assert!(problem.origin().is_none(), "{problem}");
    let problem = only(Inner::loader().env([("PORT", "3")]).load());
    assert_eq!((problem.path(), problem.message()), ("Inner", words));
}

#[test]
fn a_validator_may_name_a_nested_struct_or_a_field_below_it() {
    fn of_whole(outer: &Outer) -> Result<(), Invalid> {
        match outer.inner.v {
            0 => Ok(()),
            1 => Err(Invalid { field: "inner", message: "as a whole" }),
            _ => Err(Invalid { field: "inner.v", message: "as a value" }),
        }
    }
    #[derive(Secrets)]
    #[secrets(sources(env), validate = of_whole)]
    struct Outer {
        #[nested]
        inner: Inner,
    }
    #[derive(Secrets)]
    struct Inner {
        #[setting(default = 0)]
        v: u8,
    }
    assert_eq!(only(Outer::loader().env([("INNER_V", "1")]).load()).path(), "inner");
    let problem = only(Outer::loader().env([("INNER_V", "2")]).load());
    assert_eq!(problem.path(), "inner.v");
    assert_eq!(problem.origin().unwrap().to_string(), "env INNER_V");
}

#[test]
fn a_struct_is_validated_only_when_all_its_fields_are_there() {
    let error = failure(load(&[("APP_LOW", "x"), ("APP_HIGH", "8")]));
    let found: Vec<&str> = error.iter().map(Problem::path).collect();
    assert_eq!(found, ["low"]);
}

#[test]
fn a_nested_struct_s_validator_names_the_whole_path() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Outer {
        #[nested]
        inner: Inner,
    }
    fn never(inner: &Inner) -> Result<(), Invalid> {
        match inner.v {
            0 => Ok(()),
            _ => Err(Invalid { field: "v", message: "must be 0" }),
        }
    }
    #[derive(Secrets)]
    #[secrets(validate = never)]
    struct Inner {
        #[setting(default = 0)]
        v: u8,
    }
    assert_eq!(Outer::loader().env(NOTHING).load().unwrap().inner.v, 0);
    assert_eq!(only(Outer::loader().env([("INNER_V", "1")]).load()).path(), "inner.v");
}

#[test]
fn defaults_are_validated_too() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    #[expect(dead_code, reason = "it never loads")]
    struct Odd {
        #[setting(default = 3, validate = even)]
        v: u32,
    }
    let problem = only(Odd::loader().env(NOTHING).load());
    assert_eq!((problem.path(), problem.kind()), ("v", ProblemKind::Refused));
    assert_eq!(problem.origin().map(ToString::to_string).as_deref(), Some("default"));
}
