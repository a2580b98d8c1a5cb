//! Ranges, lengths, choices and formats.

use config_core::{ProblemKind, SecretString, Secrets};
use config_tests::{NOTHING, only};

#[derive(Secrets)]
#[secrets(sources(env))]
struct Limits {
    #[setting(default = 0, range = 0..=255)]
    byte: u8,
    #[setting(default = 0, range = -9223372036854775808..=9223372036854775807)]
    wide: i64,
    #[setting(default = 1, range = 1..)]
    positive: u64,
    #[setting(default = 0.5, range = 0.0..1.0)]
    share: f64,
    #[setting(range = ..10)]
    small: Option<u8>,
}

fn refused(name: &str, value: &str) -> config_core::Problem {
    only(Limits::loader().env([(name, value)]).load())
}

#[test]
fn values_at_the_limits_of_their_types_are_within_range() {
    for (byte, wide, positive) in
        [("0", "-9223372036854775808", "1"), ("255", "9223372036854775807", "18446744073709551615")]
    {
        let variables = [("BYTE", byte), ("WIDE", wide), ("POSITIVE", positive)];
        let limits = Limits::loader().env(variables).load().unwrap();
        assert_eq!(
            [limits.byte.to_string(), limits.wide.to_string(), limits.positive.to_string()],
            [byte, wide, positive]
        );
    }
}

#[test]
fn values_beyond_the_limits_of_their_types_are_problems_and_do_not_wrap() {
    for (name, value) in [
        ("BYTE", "256"),
        ("BYTE", "-1"),
        ("WIDE", "9223372036854775808"),
        ("WIDE", "-9223372036854775809"),
        ("POSITIVE", "18446744073709551616"),
    ] {
        let problem = refused(name, value);
        assert_eq!(problem.kind(), ProblemKind::OutOfRange, "{name}={value}: {problem}");
        assert!(problem.message().contains(value), "{problem}");
    }
}

#[test]
fn half_open_ranges_hold() {
    assert_eq!(refused("POSITIVE", "0").message(), "0 is not within 1..");
    assert_eq!(refused("SHARE", "1.0").message(), "1.0 is not within 0.0..1.0");
    assert_eq!(refused("SMALL", "10").message(), "10 is not within ..10");
    let limits = Limits::loader().env([("SHARE", "0.999"), ("SMALL", "9")]).load().unwrap();
    assert_eq!((limits.share, limits.small), (0.999, Some(9)));
    assert!(
        only(Limits::loader().env([("SHARE", "NaN")]).load()).kind() == ProblemKind::OutOfRange
    );
}

#[derive(Secrets)]
#[secrets(sources(env))]
struct Lengths {
    #[setting(default = "abc", len = 3..=5)]
    text: String,
    #[secret(format = any, len = 8..)]
    hidden: Option<SecretString>,
}

#[test]
fn lengths_count_characters() {
    let problem = |name: &str, value: &str| {
        only(Lengths::loader().env([(name, value)]).load()).message().to_owned()
    };
    assert_eq!(Lengths::loader().env([("TEXT", "äöüßé")]).load().unwrap().text, "äöüßé");
    assert_eq!(problem("TEXT", "ab"), "too short: expected 3 to 5 characters; got 2");
    assert_eq!(problem("TEXT", "äöüßéx"), "too long: expected 3 to 5 characters; got 6");
    assert_eq!(problem("HIDDEN", "short"), "too short: expected at least 8 characters; got 5");
    assert!(Lengths::loader().env([("HIDDEN", "longer than 8")]).load().unwrap().hidden.is_some());
}

#[derive(Secrets)]
#[secrets(sources(env))]
struct Formats {
    #[setting(default = "info", one_of("debug", "info"))]
    level: String,
    #[setting(default = "a@b.example", format = email)]
    mail: String,
    #[secret(format = "sk-ant-*")]
    key: Option<SecretString>,
    #[secret(format = url("postgres", "postgresql"))]
    url: Option<SecretString>,
    #[secret(format = any, one_of("red-secret", "blue-secret"))]
    colour: Option<SecretString>,
}

#[test]
fn a_value_that_is_none_of_the_choices_lists_them_and_shows_a_setting_alone() {
    let problem = |name: &str, value: &str| only(Formats::loader().env([(name, value)]).load());
    let level = problem("LEVEL", "trace");
    assert_eq!(
        (level.kind(), level.message()),
        (ProblemKind::NotOneOf, "trace is not one of debug, info")
    );
    let colour = problem("COLOUR", "green-secret");
    assert_eq!(colour.kind(), ProblemKind::NotOneOf);
    assert!(!colour.message().contains("green"), "{colour}");
}

#[test]
fn a_wrong_format_tells_what_was_expected_and_of_a_secret_only_how_long_it_is() {
    let problem = |name: &str, value: &str| only(Formats::loader().env([(name, value)]).load());
    assert_eq!(
        problem("URL", "https://user:pw@example.com/db1").message(),
        "wrong format: expected a URL with scheme postgres or postgresql; got 31 characters"
    );
    assert_eq!(
        problem("KEY", "abc").message(),
        "wrong format: expected the pattern sk-ant-*; got 3 characters"
    );
    let mail = problem("MAIL", "nobody");
    assert_eq!(
        (mail.kind(), mail.message()),
        (ProblemKind::WrongFormat, "wrong format: expected an email address; got \"nobody\"")
    );
    let formats =
        Formats::loader().env([("KEY", "sk-ant-1"), ("URL", "postgres://h/d")]).load().unwrap();
    assert!(formats.key.is_some() && formats.url.is_some() && formats.colour.is_none());
    assert_eq!((formats.level.as_str(), formats.mail.as_str()), ("info", "a@b.example"));
}

#[test]
fn empty_is_told_apart_from_missing_and_is_a_value_where_allowed() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Empty {
        #[setting(required)]
        strict: String,
        #[setting(required, allow_empty)]
        loose: String,
        #[setting(allow_empty)]
        list: Option<Vec<String>>,
    }
    let problem = only(Empty::loader().env([("STRICT", ""), ("LOOSE", "")]).load());
    assert_eq!((problem.path(), problem.kind()), ("strict", ProblemKind::Empty));
    assert_eq!(problem.tried()[0].to_string(), "env STRICT (empty)");
    let empty = Empty::loader().env([("STRICT", "x"), ("LOOSE", ""), ("LIST", "")]).load().unwrap();
    assert_eq!((empty.strict.as_str(), empty.loose.as_str(), empty.list), ("x", "", Some(vec![])));
    assert_eq!(only(Empty::loader().env([("STRICT", "x")]).load()).kind(), ProblemKind::Missing);
    assert!(Empty::loader().env(NOTHING).load().is_err());
}
