use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use figment::providers::Serialized;
use figment::value::{Dict, Map, Value as Foreign};
use figment::{Error, Metadata, Profile, Provider};

use super::Figment;
use crate::document::samples::CANARY;
use crate::source::{Answer, Claims, Failure, FailureKind, Fetch, Key, Source, Wanted};
use crate::value::Value;

/// A provider that says of itself what figment's own file providers say.
struct Sample {
    metadata: Metadata,
    data: Result<Map<Profile, Dict>, Error>,
}

impl Provider for Sample {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        self.data.clone()
    }
}

fn file(data: Result<Map<Profile, Dict>, Error>) -> Sample {
    Sample { metadata: Metadata::from("TOML file", std::path::Path::new("App.toml")), data }
}

fn dict(entries: &[(&str, Foreign)]) -> Dict {
    entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn profiles() -> Map<Profile, Dict> {
    let inner = |value: &str| Foreign::from(dict(&[("host", value.into()), (value, 1.into())]));
    [
        (
            Profile::Default,
            dict(&[("port", 1.into()), ("a", "default".into()), ("smtp", inner("d"))]),
        ),
        (
            Profile::new("production"),
            dict(&[("port", 2.into()), ("b", "production".into()), ("smtp", inner("p"))]),
        ),
        (Profile::new("staging"), dict(&[("port", 3.into())])),
        (Profile::Global, dict(&[("b", "global".into())])),
    ]
    .into()
}

fn answer(source: &dyn Source, path: &str) -> Result<Answer, Failure> {
    let variables = &["APP_KEY"];
    let key =
        Key { path, variables, own: None, base: None, secret: false, prefix: "", binary: false };
    match source.fetch(&Wanted::of(&[key])) {
        Fetch::Ready(answers) => answers.map(|mut answers| answers.remove(0)),
        Fetch::Pending(_) => panic!("figment answers at once"),
    }
}

/// The value and where it is from, or why there is none.
fn look_in(source: &dyn Source, path: &str) -> String {
    match answer(source, path) {
        Ok(Answer::Value(found)) => match &found.node.value {
            Value::Number(text) | Value::Text(text) => {
                format!("{} from {}", text.as_str(), found.origin.key())
            }
            value => format!("{} from {}", value.kind(), found.origin.key()),
        },
        Ok(Answer::Empty(origin)) => format!("empty from {}", origin.key()),
        Ok(Answer::Absent(absence) | Answer::Unread(absence)) => absence.to_string(),
        Ok(Answer::Failed(failure)) | Err(failure) => failure.to_string(),
    }
}

fn look(provider: impl Provider + Send + Sync, profile: Option<&str>, path: &str) -> String {
    look_in(&Figment::new(Arc::new(provider), profile), path)
}

fn failure(provider: impl Provider + Send + Sync) -> Failure {
    answer(&Figment::new(Arc::new(provider), None), "port").unwrap_err()
}

#[test]
fn the_profile_of_the_load_lies_over_the_default_one_and_the_global_one_over_both() {
    let production = |path| look(file(Ok(profiles())), Some("production"), path);
    assert_eq!(production("port"), "2 from TOML file App.toml, key production.port");
    assert_eq!(production("a"), "default from TOML file App.toml, key a");
    assert_eq!(production("b"), "global from TOML file App.toml, key global.b");
    assert_eq!(production("smtp.host"), "p from TOML file App.toml, key production.smtp.host");
    assert_eq!(production("smtp.d"), "1 from TOML file App.toml, key smtp.d");
    assert_eq!(production("smtp.p"), "1 from TOML file App.toml, key production.smtp.p");
}

#[test]
fn without_a_profile_it_is_that_of_the_provider_or_the_default_one() {
    assert_eq!(look(file(Ok(profiles())), None, "port"), "1 from TOML file App.toml, key port");
    let selected = figment::Figment::from(file(Ok(profiles()))).select("staging");
    assert_eq!(look(selected.clone(), None, "port"), "3 from TOML file App.toml, key staging.port");
    assert_eq!(
        look(selected, Some("production"), "port"),
        "2 from TOML file App.toml, key production.port"
    );
}

#[test]
fn profiles_are_found_as_figment_finds_them() {
    for profile in ["production", "PRODUCTION", "staging", "default", "global", "other"] {
        for path in ["port", "a", "b", "smtp.host", "smtp.d"] {
            let theirs = figment::Figment::from(file(Ok(profiles()))).select(profile);
            let theirs = theirs.find_value(path).ok().map(|value| match value.to_num() {
                Some(number) => number.to_i128().unwrap().to_string(),
                None => value.into_string().unwrap(),
            });
            let ours = look(file(Ok(profiles())), Some(profile), path);
            assert_eq!(
                theirs.as_deref(),
                ours.split_once(" from").map(|(value, _)| value),
                "{profile} {path}"
            );
        }
    }
}

#[test]
fn every_value_names_the_provider_that_gave_it_and_the_key_in_its_words() {
    let env = Sample {
        metadata: Metadata::named("`APP_` environment variable(s)")
            .interpolater(|_, keys| format!("APP_{}", keys.join("_").to_uppercase())),
        data: Ok(Profile::Default.collect(dict(&[("port", 9.into())]))),
    };
    let both = figment::Figment::from(file(Ok(profiles()))).merge(env);
    assert_eq!(
        look(both.clone(), None, "port"),
        "9 from `APP_` environment variable(s), key APP_PORT"
    );
    assert_eq!(look(both, None, "a"), "default from TOML file App.toml, key a");
}

#[test]
fn values_keep_their_types() {
    let data = dict(&[
        ("text", "x".into()),
        ("letter", 'y'.into()),
        ("flag", true.into()),
        ("small", (-5i8).into()),
        ("huge", u128::MAX.into()),
        ("float", 1.5f64.into()),
        ("list", vec![1, 2].into()),
        ("nothing", Foreign::serialize(()).unwrap()),
        ("empty", "".into()),
        ("smtp.host", "dotted".into()),
    ]);
    let look = |path| look(file(Ok(Profile::Default.collect(data.clone()))), None, path);
    for (path, value) in [
        ("text", "x"),
        ("letter", "y"),
        ("flag", "a boolean"),
        ("small", "-5"),
        ("huge", "340282366920938463463374607431768211455"),
        ("float", "1.5"),
        ("list", "a list"),
        ("empty", "empty"),
        ("smtp.host", "dotted"),
    ] {
        assert_eq!(look(path), format!("{value} from TOML file App.toml, key {path}"));
    }
    assert_eq!(look("nothing"), "nothing (null)");
    assert_eq!(look("smtp.port"), "smtp.port (no such key)");
    assert_eq!(look("text.x"), "text must be a table, is a text");
}

#[test]
fn the_digits_of_a_secret_are_not_known_and_those_of_a_setting_are_taken() {
    let data = dict(&[("pin", 7.into()), ("pins", vec![8, 9].into()), ("text", "007".into())]);
    let source = Figment::new(Arc::new(file(Ok(Profile::Default.collect(data)))), None);
    let kind = |path, secret| {
        let key =
            Key { path, variables: &[], own: None, base: None, secret, prefix: "", binary: false };
        let Fetch::Ready(Ok(mut answers)) = source.fetch(&Wanted::of(&[key])) else {
            panic!("figment answers at once")
        };
        match answers.remove(0) {
            Answer::Value(found) => match found.node.value {
                Value::List(elements) => elements[0].value.kind(),
                value => value.kind(),
            },
            other => panic!("{other:?}"),
        }
    };
    let unknown = "a number whose digits as written are not known";
    assert_eq!(["pin", "pins", "text"].map(|path| kind(path, true)), [unknown, unknown, "a text"]);
    assert_eq!(["pin", "pins"].map(|path| kind(path, false)), ["a number"; 2]);
}

#[test]
fn a_provider_that_fails_is_a_failure_without_its_words() {
    let ours = failure(file(Err(Error::from(format!("bad value {CANARY}")))));
    assert_eq!(ours.kind(), FailureKind::Malformed);
    assert_eq!(ours.to_string(), "the provider TOML file App.toml failed; its words are not shown");
    assert!(!format!("{ours:?}").contains(CANARY));
    let nested = figment::Figment::from(file(Err(Error::from(CANARY.to_owned()))));
    assert!(!format!("{:?}", failure(nested)).contains(CANARY));
}

#[test]
fn a_source_that_a_provider_words_itself_is_not_shown() {
    let metadata = Metadata::from("Remote", format!("https://u:{CANARY}@example.com"));
    let data = Ok(Profile::Default.collect(dict(&[("port", 1.into())])));
    assert_eq!(look(Sample { metadata, data }, None, "port"), "1 from Remote, key port");
}

#[test]
fn a_provider_is_asked_anew_in_every_load_and_once_in_it() {
    struct Counter(AtomicU16);
    impl Provider for Counter {
        fn metadata(&self) -> Metadata {
            Metadata::named("counter")
        }
        fn data(&self) -> Result<Map<Profile, Dict>, Error> {
            Serialized::default("port", self.0.fetch_add(1, Ordering::Relaxed)).data()
        }
    }
    let provider = Arc::new(Counter(AtomicU16::new(1)));
    for expected in ["1 from counter, key port", "2 from counter, key port"] {
        let source = Figment::new(Arc::clone(&provider), None);
        assert_eq!(look_in(&source, "port"), expected);
        assert_eq!(look_in(&source, "port"), expected);
    }
}

#[test]
fn names_that_nobody_has_are_told() {
    let data = Ok(Profile::Default.collect(dict(&[("APP_PROT", 1.into()), ("x", 2.into())])));
    let source = Figment::new(Arc::new(file(data)), None);
    let unclaimed = source.unclaimed(&Claims { keys: &[], prefix: "APP_" });
    assert_eq!(unclaimed.len(), 1);
    assert_eq!(unclaimed[0].name, "APP_PROT");
}
