//! Files and `.env` files with something encrypted in them.

use std::fs;
use std::sync::Arc;

use tempfile::TempDir;

use crate::environment::{Context, Environment};
use crate::source::{Answer, Answers, Claims, Failure, FailureKind, Fetch, Key, Source, Wanted};
use crate::sources::{Request, file};
use crate::value::{Text, Value};

const fn key(path: &str) -> Key<'_> {
    Key { path, variables: &["A"], own: None, base: None, prefix: "", secret: true, binary: false }
}

fn open(kind: &crate::sources::Kind, place: &str, context: &Context<'_>) -> Box<dyn Source> {
    let opened = kind.open(&Request::declared(Some(place)), context);
    opened.unwrap_or_else(|_| panic!("{place} opens"))
}

fn fetch(source: &dyn Source, keys: &[Key<'_>]) -> Answers {
    match source.fetch(&Wanted::of(keys)) {
        Fetch::Ready(answers) => answers,
        Fetch::Pending(_) => panic!("it answers at once"),
    }
}

fn text(answer: &Answer) -> &str {
    match answer {
        Answer::Value(found) => match &found.node.value {
            Value::Text(text) | Value::Number(text) => text,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn failure(answers: Answers) -> Failure {
    match answers {
        Err(failure) => failure,
        Ok(mut answers) => match answers.remove(0) {
            Answer::Failed(failure) => failure,
            other => panic!("{other:?}"),
        },
    }
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), Text::new((*value).to_owned()));
    Environment::Pairs(Arc::new(pairs.iter().map(pair).collect()))
}

#[cfg(not(feature = "age"))]
#[test]
fn without_the_feature_what_is_encrypted_is_no_value() {
    let place = TempDir::new().unwrap();
    fs::write(place.path().join("a.json"), r#"{"a": "ENC[age,AAAA]", "b": "plain"}"#).unwrap();
    fs::write(place.path().join("b.json.age"), "").unwrap();
    let environment = environment(&[]);
    let context = Context::of(&environment, Some(place.path()), None);
    let source = open(&file::KIND, "a.json", &context);
    let answers = fetch(&*source, &[key("a"), key("b")]).unwrap();
    assert_eq!(text(&answers[1]), "plain");
    let whole = open(&file::KIND, "b.json.age", &context);
    for failure in [failure(Ok(answers)), failure(fetch(&*whole, &[key("a")]))] {
        assert_eq!(failure.kind(), FailureKind::NotConfigured);
        assert!(failure.to_string().contains("needs the feature `age`"), "{failure}");
    }
    let claims = Claims { keys: &[], prefix: "" };
    assert!(source.remarks(&claims).len() <= 1);
}

#[cfg(feature = "age")]
mod opening;
