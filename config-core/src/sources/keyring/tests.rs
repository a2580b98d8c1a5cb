//! What a load gets from a keyring, and what it is told where there is none.

use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{CredentialStore, Error, mock};

use super::{KIND, Keyring};
use crate::environment::{Context, Environment};
use crate::park::wait;
use crate::source::{Answer, Answers, Failure, FailureKind, Fetch, Key, Source, Wanted};
use crate::sources::{Request, Unopened};
use crate::value::Value;

const fn key(path: &str) -> Key<'_> {
    Key { path, variables: &[], own: None, base: None, prefix: "", secret: true, binary: false }
}

fn own(path: &'static str, own: &'static str) -> Key<'static> {
    Key { own: Some(own), ..key(path) }
}

/// A keyring with these entries.
fn holding(entries: &[(&str, &str, &[u8])]) -> (Keyring, Arc<mock::Store>) {
    let store = mock::Store::new().unwrap();
    for (service, user, secret) in entries {
        store.build(service, user, None).unwrap().set_secret(secret).unwrap();
    }
    let given = Arc::clone(&store);
    let connect = move || Ok(Arc::clone(&given) as Arc<CredentialStore>);
    (Keyring { service: "app".to_owned(), connect: Arc::new(connect) }, store)
}

fn ask(keyring: &dyn Source, keys: &[Key<'_>]) -> Answers {
    let wanted = Wanted::of(keys);
    let Fetch::Pending(answers) = keyring.fetch(&wanted) else { panic!("it takes its time") };
    wait(answers)
}

fn text(answer: &Answer) -> &str {
    match answer {
        Answer::Value(found) => match &found.node.value {
            Value::Text(text) => text,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The failure that an error of the keyring becomes.
fn failing(error: Error) -> Failure {
    let (keyring, store) = holding(&[("app", "a", b"canary")]);
    let entry = store.build("app", "a", None).unwrap();
    entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
    match ask(&keyring, &[key("a")]).unwrap().remove(0) {
        Answer::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entry_is_found_by_the_path_or_by_the_name_declared() {
    let (keyring, _store) = holding(&[
        ("app", "smtp.user_name", b"one"),
        ("app", "me@example.org", b"two"),
        ("other", "name", b"three"),
        ("mail", "user", b"four"),
    ]);
    let based = Key { base: Some(("mail", "user")), ..key("smtp.user") };
    let keys = [
        key("smtp.user_name"),
        own("a", "me@example.org"),
        own("a", "#me@example.org"),
        own("a", "other#name"),
        based,
    ];
    let answers = ask(&keyring, &keys).unwrap();
    assert_eq!(
        answers.iter().map(text).collect::<Vec<_>>(),
        ["one", "two", "two", "three", "four"]
    );
    let origins = [0, 3].map(|at| match &answers[at] {
        Answer::Value(found) => found.origin.clone().of_source("keyring app").to_string(),
        other => panic!("{other:?}"),
    });
    assert_eq!(origins, ["keyring app#smtp.user_name", "keyring other#name"]);
}

#[test]
fn absent_empty_and_bytes_are_told_apart() {
    let (keyring, _store) = holding(&[("app", "empty", b""), ("app", "bytes", &[0xFF, b'\n'])]);
    let binary = Key { binary: true, ..key("bytes") };
    let answers =
        ask(&keyring, &[key("a"), key("empty"), binary, key("bytes"), own("b", "x#y")]).unwrap();
    assert!(
        matches!(&answers[0], Answer::Absent(absence) if absence.to_string() == "a (no such entry)")
    );
    assert!(matches!(&answers[1], Answer::Empty(_)));
    assert!(
        matches!(&answers[2], Answer::Value(found) if matches!(&found.node.value, Value::Bytes(bytes) if **bytes == [0xFF, b'\n']))
    );
    assert!(
        matches!(&answers[3], Answer::Failed(failure) if failure.kind() == FailureKind::Malformed)
    );
    assert!(
        matches!(&answers[4], Answer::Absent(absence) if absence.to_string() == "x#y (no such entry)")
    );
}

#[test]
fn each_way_to_fail_is_a_failure_of_its_own_without_the_words_of_the_keyring() {
    let words = || "canary".to_owned();
    for (error, kind) in [
        (Error::NoStorageAccess(words().into()), FailureKind::Denied),
        (
            Error::PlatformFailure("org.freedesktop.Secret.Error.IsLocked".into()),
            FailureKind::Denied,
        ),
        (Error::PlatformFailure(words().into()), FailureKind::Unreachable),
        (Error::BadEncoding(b"canary".to_vec()), FailureKind::Malformed),
        (Error::BadDataFormat(b"canary".to_vec(), words().into()), FailureKind::Malformed),
        (Error::BadStoreFormat(words()), FailureKind::Malformed),
        (Error::TooLong(words(), 3), FailureKind::Malformed),
        (Error::Invalid(words(), words()), FailureKind::Malformed),
        (Error::Ambiguous(Vec::new()), FailureKind::Malformed),
        (Error::NotSupportedByStore(words()), FailureKind::Unreachable),
    ] {
        let failure = failing(error);
        assert_eq!(failure.kind(), kind, "{failure}");
        assert!(failure.to_string().starts_with("a: "), "{failure}");
        assert!(!format!("{failure:?}").contains("canary"), "{failure}");
    }
}

#[test]
fn where_there_is_no_keyring_every_key_fails_as_unreachable() {
    let connect = || Err(Error::PlatformFailure("no bus".into()));
    let keyring = Keyring { service: "app".to_owned(), connect: Arc::new(connect) };
    let failure = ask(&keyring, &[key("a"), key("b")]).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unreachable);
    assert!(failure.to_string().starts_with("no keyring answers"), "{failure}");
    assert!(ask(&keyring, &[]).unwrap().is_empty());
}

#[test]
fn a_keyring_that_waits_for_somebody_does_not_hold_up_who_asks() {
    let (leave, left) = std::sync::mpsc::channel::<()>();
    let left = std::sync::Mutex::new(left);
    let connect = move || {
        let left = left.lock().unwrap().recv_timeout(Duration::from_secs(20));
        assert_ne!(left, Err(RecvTimeoutError::Timeout), "who asks has waited for this");
        Err(Error::PlatformFailure("nobody was there".into()))
    };
    let keyring = Keyring { service: "app".to_owned(), connect: Arc::new(connect) };
    let keys = [key("a")];
    let wanted = Wanted::of(&keys);
    let Fetch::Pending(answers) = keyring.fetch(&wanted) else { panic!() };
    let mut answers = pin!(answers);
    let polled = answers.as_mut().poll(&mut TaskContext::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending));
    leave.send(()).unwrap();
}

#[test]
fn a_place_is_expanded_and_named() {
    let environment = Environment::Pairs(Arc::default());
    let context = Context::of(&environment, None, Some("staging"));
    let opened = |place| KIND.open(&Request::declared(Some(place)), &context);
    let source = opened("app-{profile}").ok().unwrap();
    assert_eq!((source.label().as_str(), source.is_remote()), ("keyring app-staging", true));
    assert!(matches!(opened("{NONE}"), Err(Unopened::NotConfigured(_))));
    assert!(matches!(opened(""), Err(Unopened::Failed(_))));
    let plan = source.plan(&Wanted::of(&[key("a")]));
    assert_eq!(plan.calls(), ["reads a of app-staging from the keyring"]);
}
