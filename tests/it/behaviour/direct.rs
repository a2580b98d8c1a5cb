//! Loads that find every field in the environment of the process: they read it without asking the resolver, and must
//! come to what the resolver would.

use std::time::Duration;

use config_core::{ExposeSecret, Invalid, SecretBytes, SecretString, Secrets};
use config_tests::random::Random;
use config_tests::{Bench, child};
use serde::Deserialize;

#[derive(Secrets)]
#[secrets(prefix = "FEW")]
struct Few {
    #[setting(required)]
    host: String,
    #[setting(required, range = 1024..=65535)]
    port: u16,
    #[setting(required, one_of("red", "green"))]
    colour: String,
    #[secret(required, format = any, env = ["FEW_TOKEN", "FEW_OLD_TOKEN"])]
    token: SecretString,
    #[setting(default = 0.5)]
    ratio: f64,
}

const FEW: [(&str, &str); 5] = [
    ("FEW_HOST", "example"),
    ("FEW_PORT", "8080"),
    ("FEW_COLOUR", "red"),
    ("FEW_TOKEN", "hush-hush"),
    ("FEW_RATIO", "0.25"),
];

macro_rules! forty {
    ($($name:ident)*) => {
        /// More fields than are looked up one by one.
        #[derive(Secrets)]
        #[secrets(prefix = "FORTY")]
        struct Forty {
            $(#[setting(required)] $name: String,)*
        }

        impl Forty {
            const NAMES: &[&str] = &[$(stringify!($name)),*];

            fn values(&self) -> Vec<&str> {
                vec![$(&self.$name),*]
            }
        }
    };
}

forty! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9
    c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
}

#[expect(dead_code, reason = "compared by their Debug output")]
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env), validate = not_both_nine)]
struct Small {
    #[setting(required)]
    text: String,
    #[setting(default = 8080, range = 1024..=9999)]
    port: u16,
    #[setting(default = false)]
    truth: bool,
    #[setting(required)]
    ratio: f64,
    #[setting]
    optional: Option<String>,
    #[setting(default = "30s")]
    wait: Duration,
    #[setting(default = ["a"])]
    list: Vec<String>,
    #[setting(default = Level::Low)]
    level: Level,
    #[setting(default = "10MiB", format = bytes)]
    size: u64,
    #[setting(default = "a", one_of("a", "b"), len = 1..=1)]
    kind: String,
    #[setting(default = 2, validate = even)]
    even: u32,
    #[setting(default = 0, parse = from_hex)]
    mask: u32,
    #[setting(required, allow_empty)]
    loose: String,
    #[secret(required, format = "ck-*", env = ["APP_KEY", "APP_OLD_KEY"])]
    key: SecretString,
    #[secret(required, format = hex(2))]
    bytes: SecretBytes,
    #[secret(compose = "https://{text}:{key}@localhost/", format = url("https"))]
    made: SecretString,
    #[nested(prefix = "IN")]
    inner: Inner,
}

#[derive(Debug, Secrets)]
struct Inner {
    #[setting(required)]
    v: i8,
    #[setting(default = 5)]
    w: i8,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

/// More fields than are looked up one by one, of many sorts.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env))]
struct Large {
    #[nested(flatten)]
    small: Small,
    #[nested]
    a: Many,
    #[nested]
    b: Many,
}

#[derive(Debug, Secrets)]
struct Many {
    #[nested]
    c: Inner,
    #[nested]
    d: Inner,
    #[nested]
    e: Inner,
    #[nested]
    f: Inner,
    #[nested]
    g: Inner,
}

fn not_both_nine(small: &Small) -> Result<(), Invalid> {
    match (small.inner.v, small.inner.w) {
        (9, 9) => Err(Invalid { field: "inner.v", message: "must not be nine too" }),
        _ => Ok(()),
    }
}

fn even(number: &u32) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("{number} is odd")) }
}

fn from_hex(text: &str) -> Result<u32, std::num::ParseIntError> {
    u32::from_str_radix(text, 16)
}

/// What each variable may have: what is right, then what is wrong.
const VALUES: &[(&str, &[&str], &[&str])] = &[
    ("TEXT", &["some words", "a b/c", "1"], &[]),
    ("PORT", &["1024", "9_999", "8080"], &["80", "70000", "x", "-1"]),
    ("TRUTH", &["true", "No", "1"], &["maybe"]),
    ("RATIO", &["0.5", "-1e3", "7"], &["half"]),
    ("OPTIONAL", &["there"], &[]),
    ("WAIT", &["90s", "1h 30m"], &["soon"]),
    ("LIST", &["a,b", "[\"x\"]"], &["[\"x\""]),
    ("LEVEL", &["low", "high"], &["middle"]),
    ("SIZE", &["512", "64kB"], &["much"]),
    ("KIND", &["a", "b"], &["c", "ab"]),
    ("EVEN", &["2", "40"], &["3"]),
    ("MASK", &["ff", "0"], &["xyz"]),
    ("LOOSE", &["x"], &[]),
    ("OLD_KEY", &["ck-old"], &["2"]),
    ("KEY", &["ck-1", "ck-a b"], &["1"]),
    ("BYTES", &["beef"], &["bee", "zz"]),
    ("IN_V", &["1", "-128", "9"], &["128"]),
    ("IN_W", &["1", "9"], &["x"]),
];

fn variables(random: &mut Random, all: bool) -> Vec<(String, String)> {
    let many = ["A", "B"]
        .iter()
        .flat_map(|outer| ["C", "D", "E", "F", "G"].map(|inner| format!("{outer}_{inner}")));
    let numbers = many.flat_map(|nest| [format!("{nest}_V"), format!("{nest}_W")]);
    let each = VALUES.iter().map(|(name, right, wrong)| ((*name).to_owned(), *right, *wrong));
    let each = each.chain(numbers.map(|name| (name, ["3", "-3"].as_slice(), ["300"].as_slice())));
    let once_in = if all { usize::MAX } else { 40 };
    let mut variables = Vec::new();
    for (name, right, wrong) in each {
        let value = match wrong {
            [] => *random.pick(right),
            wrong if random.once_in(once_in) => *random.pick(wrong),
            _ => *random.pick(right),
        };
        if random.once_in(once_in) {
            continue;
        }
        let value = if random.once_in(once_in) { "" } else { value };
        variables.push((format!("APP_{name}"), value.to_owned()));
    }
    variables
}

/// All that was loaded, secrets too, or what is wrong.
fn told<T: Secrets + std::fmt::Debug>(
    loaded: Result<T, config_core::Error>,
    secrets: fn(&T) -> &Small,
) -> Result<String, String> {
    let settings = loaded.map_err(|error| error.to_string())?;
    let Small { key, bytes, made, .. } = secrets(&settings);
    let secrets = (key.expose_secret(), bytes.expose_secret(), made.expose_secret());
    Ok(format!("{settings:?} {secrets:?}"))
}

/// Whether this process has the environment to itself; where not, the test runs again in one that has.
fn is_alone(test: &str) -> bool {
    if !child::is_child() {
        child::again(module_path!(), test, Bench::new().path(), &[]);
    }
    child::is_child()
}

/// Loads from these variables alone, in both ways, which must give the same.
#[track_caller]
fn few(variables: &[(&str, &str)]) -> Result<String, String> {
    child::set_variables("FEW_", variables.iter().copied());
    let shown = |few: Few| {
        let Few { host, port, colour, token, ratio } = few;
        format!("{host} {port} {colour} {} {ratio}", token.expose_secret())
    };
    let direct = Few::load().map(shown).map_err(|error| error.to_string());
    let resolved = Few::loader().load_report().map(|loaded| shown(loaded.settings));
    assert_eq!(direct, resolved.map_err(|error| error.to_string()));
    direct
}

#[test]
fn a_load_whose_fields_are_all_set_gives_them() {
    if is_alone("a_load_whose_fields_are_all_set_gives_them") {
        assert_eq!(few(&FEW).unwrap(), "example 8080 red hush-hush 0.25");
    }
}

#[test]
fn what_is_unset_or_empty_or_has_an_old_name_goes_to_the_resolver() {
    if is_alone("what_is_unset_or_empty_or_has_an_old_name_goes_to_the_resolver") {
        let mut old = FEW;
        old[3].0 = "FEW_OLD_TOKEN";
        assert_eq!(few(&old).unwrap(), "example 8080 red hush-hush 0.25");
        assert_eq!(few(&FEW[..4]).unwrap(), "example 8080 red hush-hush 0.5");
        let mut empty = FEW;
        empty[0].1 = "";
        assert!(few(&empty).unwrap_err().contains("\n  host   empty\n"));
    }
}

#[test]
fn every_problem_is_told_once() {
    if is_alone("every_problem_is_told_once") {
        let mut wrong = FEW;
        (wrong[1].1, wrong[2].1) = ("80", "blue");
        let error = few(&wrong).unwrap_err();
        assert_eq!(error.matches("80 is not within 1024..=65535").count(), 1, "{error}");
        assert_eq!(error.matches("not one of red, green").count(), 1, "{error}");
        assert!(!error.contains("hush-hush"), "{error}");
    }
}

#[test]
fn many_fields_each_get_their_own_variable() {
    if is_alone("many_fields_each_get_their_own_variable") {
        let variables = Forty::NAMES.iter().map(|name| (variable(name), *name));
        let foreign = [("FORTY_D", "foreign"), ("OTHER_A0", "foreign")];
        let foreign = foreign.map(|(name, value)| (name.to_owned(), value));
        child::set_variables("FORTY_", variables.chain(foreign));
        assert_eq!(Forty::load().unwrap().values(), Forty::NAMES);
    }
}

fn variable(name: &str) -> String {
    format!("FORTY_{}", name.to_uppercase())
}

#[test]
fn the_environment_of_the_process_gives_what_the_same_pairs_give() {
    if !is_alone("the_environment_of_the_process_gives_what_the_same_pairs_give") {
        return;
    }
    let mut loaded = 0;
    for seed in 0..600 {
        let mut random = Random::seeded(seed);
        let pairs = variables(&mut random, seed % 3 == 0);
        child::set_variables("APP_", pairs.iter().map(|(name, value)| (name, value)));
        let small = told(Small::load(), |small| small);
        assert_eq!(
            small,
            told(Small::loader().env(pairs.clone()).load(), |small| small),
            "{pairs:?}"
        );
        let large = told(Large::load(), |large| &large.small);
        assert_eq!(
            large,
            told(Large::loader().env(pairs.clone()).load(), |large| &large.small),
            "{pairs:?}"
        );
        loaded += usize::from(large.is_ok());
    }
    assert!((200..500).contains(&loaded), "both sorts of inputs are needed: {loaded} loaded");
}

static JUDGED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

fn counted(_: &u8) -> Result<(), String> {
    JUDGED.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    Ok(())
}

#[derive(Debug, Secrets)]
#[secrets(prefix = "ONCE")]
#[expect(dead_code, reason = "what its validator counts matters")]
struct Once {
    #[setting(required, validate = counted)]
    first: u8,
    #[nested]
    inner: Option<Inner>,
    #[setting(default = 2)]
    last: u8,
}

#[test]
fn a_validator_runs_once_in_a_load_that_lacks_a_later_field() {
    if !is_alone("a_validator_runs_once_in_a_load_that_lacks_a_later_field") {
        return;
    }
    let whole =
        [("ONCE_FIRST", "1"), ("ONCE_LAST", "3"), ("ONCE_INNER_V", "1"), ("ONCE_INNER_W", "2")];
    for count in (1..=whole.len()).rev() {
        JUDGED.store(0, std::sync::atomic::Ordering::SeqCst);
        child::set_variables("ONCE_", whole[..count].iter().copied());
        let once = Once::load().unwrap();
        assert_eq!(once.inner.is_some(), count > 2, "{once:?}");
        assert_eq!(JUDGED.load(std::sync::atomic::Ordering::SeqCst), 1, "{count} of the fields");
    }
}
