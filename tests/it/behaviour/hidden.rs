//! A setting's text that equals a secret which a stronger source hides, or one that nobody could read, is not shown.

use config_core::{Failure, FailureKind, Loader, OnFailure, SecretString, Secrets};
use config_tests::sources::{Failing, Held};
use config_tests::{Bench, NOTHING, failure};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("app.json"), "vault"))]
#[expect(dead_code, reason = "what is told of it counts")]
struct Settings {
    #[setting(default = 1024, range = 1024..)]
    port: u16,
    #[secret(format = any)]
    token: Option<SecretString>,
    #[setting(default = "x", one_of("x", "y"))]
    mode: String,
    #[setting(default = 2, validate = odd)]
    count: u8,
    #[setting(default = "a", validate = quoted)]
    word: String,
}

fn odd(_: &u8) -> Result<(), &'static str> {
    Err("must be odd")
}

fn quoted(word: &String) -> Result<(), String> {
    Err(format!("refused {word:?}"))
}

const VARIABLES: [(&str, &str); 5] = [
    ("APP_TOKEN", "another"),
    ("APP_PORT", "correcthorse"),
    ("APP_MODE", "correcthorse"),
    ("APP_COUNT", "3"),
    ("APP_WORD", "correcthorse"),
];
const DOCUMENT: (&str, &str) = ("app.json", r#"{"token": "correcthorse"}"#);
const BROKEN: (&str, &str) = ("app.json", r#"{"token": "correcthorse""#);

fn loader(bench: &Bench) -> Loader<Settings> {
    Settings::loader().root(bench.path()).env(VARIABLES).source(vault(&[]))
}

fn vault(pairs: &[(&'static str, &'static str)]) -> Held {
    Held::new("vault", pairs.iter().map(|(path, text)| (*path, *text)))
}

/// What a load and a report say where they tell of the settings at all.
#[track_caller]
fn told(loader: impl Fn() -> Loader<Settings>) -> [String; 2] {
    let told = [failure(loader().load()).to_string(), loader().explain().to_string()];
    for text in &told {
        assert!(!text.contains("correct"), "{text}");
        assert!(text.contains("the value is not one of x, y"), "{text}");
        assert!(text.contains("must be odd"), "{text}");
        assert!(text.contains("in words that may hold a secret"), "{text}");
    }
    told
}

#[test]
fn a_text_that_is_a_secret_of_a_weaker_file_is_not_shown() {
    let bench = Bench::with([DOCUMENT]);
    told(|| loader(&bench));
    let bench = Bench::with([(".env", "APP_TOKEN=correcthorse\n")]);
    told(|| loader(&bench));
}

#[test]
fn nor_is_one_that_a_weaker_remote_source_answered() {
    let bench = Bench::new();
    let remote = || loader(&bench).source(vault(&[("token", "correcthorse")]).remote());
    told(remote);
}

#[test]
fn nor_any_where_the_source_of_a_secret_failed() {
    let bench = Bench::with([BROKEN]);
    told(|| loader(&bench));
    let bench = Bench::new();
    let down = || {
        let failure = Failure::new(FailureKind::Unreachable, "it is down");
        Settings::loader().root(bench.path()).env(VARIABLES).source(Failing::new("vault", failure))
    };
    told(down);
    told(|| down().env(VARIABLES.into_iter().skip(1)));
    told(|| down().env(VARIABLES.into_iter().skip(1)).on_failure("vault", OnFailure::Fallthrough));
}

#[test]
fn where_all_secrets_are_known_a_text_that_is_none_is_shown() {
    let bench = Bench::with([DOCUMENT]);
    let variables = [("APP_PORT", "80"), ("APP_MODE", "z")];
    let error = failure(loader(&bench).env(variables).load());
    let shown = error.to_string();
    assert!(shown.contains("80 is not within 1024.."), "{shown}");
    assert!(shown.contains("z is not one of x, y"), "{shown}");
}

#[test]
fn a_source_that_has_no_place_hides_nothing() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env, file("{REGION}.json"), file("none.json"), "absent"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Sparse {
        #[setting(required)]
        port: u16,
        #[secret(required, format = any)]
        token: SecretString,
    }
    let bench = Bench::new();
    let loader = Sparse::loader().root(bench.path()).env([("PORT", "many"), ("TOKEN", "x-1-2")]);
    let error = failure(loader.load());
    assert!(error.to_string().contains("got \"many\""), "{error}");
}

#[test]
fn what_was_read_for_an_error_brings_no_further_warning() {
    let bench = Bench::with([(".env", "APP_PROT=1\n")]);
    let error = failure(loader(&bench).load());
    assert!(error.warnings().is_empty(), "{error}");
    let absent = failure(loader(&bench).env(NOTHING).load());
    assert_eq!(absent.warnings().len(), 1, "{absent}");
}
