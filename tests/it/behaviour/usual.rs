//! The usual load, for which everything stands in the environment of the process, gives what any other load gives.

use std::time::Duration;

use config_core::{ExposeSecret, Invalid, SecretBytes, SecretString, Secrets};
use config_tests::child;
use config_tests::random::Random;
use serde::Deserialize;

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

/// More fields than are looked up one by one.
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

#[test]
fn the_environment_of_the_process_gives_what_the_same_pairs_give() {
    if !child::is_child() {
        let test = "the_environment_of_the_process_gives_what_the_same_pairs_give";
        child::again(module_path!(), test, &std::env::temp_dir(), &[]);
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
