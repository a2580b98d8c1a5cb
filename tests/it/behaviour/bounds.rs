//! Ranges, lengths, choices and formats.

use std::collections::HashMap;
use std::time::Duration;

use config_core::{ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, only};

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
struct Quantities {
    #[setting(default = "30s", range = "1s"..="5m")]
    timeout: Duration,
    #[setting(range = "1s 500ms"..)]
    pause: Option<Span>,
    #[setting(default = "1m", range = "1s"..MOST)]
    retry: Duration,
    #[setting(default = 4096, range = "1KiB"..="10MiB", format = bytes)]
    page: u32,
    #[setting(default = "1GiB", range = 1024.."2GiB", format = bytes)]
    cache: Bytes,
}

type Span = Duration;
type Bytes = u64;
const MOST: Duration = Duration::from_secs(120);

#[test]
fn ranges_of_durations_and_sizes_are_written_as_their_values_are() {
    let problem = |name: &str, value: &str| {
        only(Quantities::loader().env([(name, value)]).load()).message().to_owned()
    };
    assert_eq!(problem("TIMEOUT", "6m"), "6m is not within 1s..=5m");
    assert_eq!(problem("TIMEOUT", "999ms"), "999ms is not within 1s..=5m");
    assert_eq!(problem("PAUSE", "1s"), "1s is not within 1s 500ms..");
    assert_eq!(problem("RETRY", "2m"), "2m is not within 1s..MOST");
    assert_eq!(problem("PAGE", "11MiB"), "11MiB is not within 1KiB..=10MiB");
    assert_eq!(problem("CACHE", "2147483648"), "2147483648 is not within 1024..2GiB");
    let most = [("TIMEOUT", "5m"), ("PAUSE", "1500ms"), ("PAGE", "10MiB"), ("CACHE", "1024")];
    let quantities = Quantities::loader().env(most).load().unwrap();
    assert_eq!(quantities.timeout, Duration::from_secs(300));
    assert_eq!(quantities.pause, Some(Duration::from_millis(1500)));
    assert_eq!((quantities.page, quantities.cache), (10 << 20, 1024));
    assert_eq!(quantities.retry, Duration::from_secs(60));
}

type Hosts = Vec<String>;
type Name = String;
type Keys = Vec<SecretString>;

#[derive(Secrets)]
#[secrets(sources(env))]
struct Counted {
    #[setting(default = "a,b", len = 2..=3)]
    hosts: Hosts,
    #[setting(default = ["a"], len = 1..=3)]
    written_out: Vec<String>,
    #[setting(default = "abc", len = 3..=5)]
    name: Name,
    #[secret(format = any, len = 2..)]
    keys: Option<Keys>,
    #[setting(len = ..=2)]
    ports: Option<HashMap<String, u16>>,
}

#[test]
fn lengths_count_elements_of_whatever_is_a_list_under_any_name() {
    let problem = |name: &str, value: &str| {
        only(Counted::loader().env([(name, value)]).load()).message().to_owned()
    };
    assert_eq!(problem("HOSTS", "localhost"), "too short: expected 2 to 3 elements; got 1");
    assert_eq!(problem("HOSTS", "a,b,c,d"), "too long: expected 2 to 3 elements; got 4");
    assert_eq!(problem("WRITTEN_OUT", "a,b,c,d"), "too long: expected 1 to 3 elements; got 4");
    assert_eq!(problem("NAME", "ab"), "too short: expected 3 to 5 characters; got 2");
    assert_eq!(problem("KEYS", "a-long-key"), "too short: expected at least 2 elements; got 1");
    assert_eq!(problem("PORTS", "a=1,b=2,c=3"), "too long: expected at most 2 elements; got 3");
    let counted = Counted::loader().env([("KEYS", "a,b"), ("PORTS", "a=1")]).load().unwrap();
    assert_eq!((counted.hosts.len(), counted.written_out.len(), counted.name.len()), (2, 1, 3));
    assert!(counted.keys.is_some() && counted.ports.is_some());
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
fn of_a_list_each_element_has_to_be_one_of_the_choices() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env, file("settings.json")))]
    struct Many {
        #[setting(one_of("red", "blue"))]
        colours: Option<Vec<String>>,
        #[setting(one_of("1", "2"))]
        numbers: Option<Vec<u8>>,
        #[secret(format = any, one_of("red-secret", "blue-secret"))]
        hidden: Option<Vec<SecretString>>,
    }
    let fits = [
        ("COLOURS", "red"),
        ("COLOURS", "red, blue,red"),
        ("COLOURS", r#"["red", "blue"]"#),
        ("NUMBERS", "1,2"),
        ("HIDDEN", "red-secret,blue-secret"),
    ];
    for (name, list) in fits {
        let many = Many::loader().env([(name, list)]).load().unwrap();
        let counts = [
            many.colours.map(|list| list.len()),
            many.numbers.map(|list| list.len()),
            many.hidden.map(|list| list.len()),
        ];
        assert!(counts.iter().any(Option::is_some), "{list}");
    }
    let other = [
        ("COLOURS", "red,green"),
        ("COLOURS", r#"["red", "green"]"#),
        ("NUMBERS", "1,3"),
        ("HIDDEN", "red-secret,green-secret"),
    ];
    for (name, list) in other {
        let problem = only(Many::loader().env([(name, list)]).load());
        assert_eq!(problem.kind(), ProblemKind::NotOneOf, "{list}");
        assert!(!problem.message().contains("green-secret"), "{problem}");
    }
    for (list, fits) in [("[\"red\"]", true), ("[]", true), ("[\"red\", \"green\"]", false)] {
        let bench = Bench::with([("settings.json", &format!("{{\"colours\": {list}}}"))]);
        let loaded = Many::loader().env(NOTHING).root(bench.path()).load();
        assert_eq!(loaded.is_ok(), fits, "{list}");
    }
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

#[test]
fn of_a_list_the_element_that_is_not_one_of_the_declared_values_is_named() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    #[expect(dead_code, reason = "what is told of it counts")]
    struct Lists {
        #[setting(default = ["a"], one_of("a", "b"))]
        list: Vec<String>,
        #[setting(default = std::collections::HashMap::new(), one_of("a", "b"))]
        map: std::collections::HashMap<String, String>,
        #[secret(format = any, one_of("a", "b"))]
        secrets: Option<Vec<config_core::SecretString>>,
    }
    let message =
        |name, value: &str| only(Lists::loader().env([(name, value)]).load()).message().to_owned();
    assert_eq!(message("LIST", "a,c,d"), "c (element 2) is not one of a, b");
    assert_eq!(message("LIST", r#"["d"]"#), "d (element 1) is not one of a, b");
    assert_eq!(message("MAP", r#"{"k": "a", "l": "x"}"#), "x (entry 2) is not one of a, b");
    assert_eq!(message("SECRETS", "a,hunter2"), "element 2 is not one of a, b");
    let long = "c".repeat(65);
    assert_eq!(message("LIST", &long), "element 1 is not one of a, b");
}
