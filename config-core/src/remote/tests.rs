mod accounts;
mod kept;
mod together;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::asker::Asker;
use super::lease::Lease;
use super::{Asking, Backend, Before, Blob, Cache, Kept, Outcome, Read, Remote, Unread};
use crate::clock::Moment;
use crate::source::{
    Answer, Answers, Claims, Failure, FailureKind, Fetch, Key, Source, SourcePlan, Wanted,
};
use crate::store::wait;
use crate::value::{Node, Value};

/// A store whose secrets are texts; it counts what it is asked.
#[derive(Default)]
struct Fake {
    secrets: BTreeMap<&'static str, &'static str>,
    failing: Mutex<Option<FailureKind>>,
    slow: Option<&'static str>,
    delay: Duration,
    asked: Mutex<Vec<String>>,
    calls: AtomicUsize,
    /// What it is asked with.
    credential: Mutex<Option<&'static str>>,
    good_until: Option<Moment>,
    lease: Option<Lease>,
}

impl Backend for Fake {
    const KIND: &'static str = "fake";

    fn asker(&self) -> Asker {
        let asker = Asker::new("fake".to_owned());
        match *self.credential.lock().unwrap() {
            Some(credential) => asker.with(&[credential]),
            None => asker,
        }
    }

    fn own_name(&self, key: &Key<'_>) -> Option<String> {
        Some(key.hyphenated())
    }

    async fn read(&self, read: &Read, _asking: Asking) -> Outcome {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.asked.lock().unwrap().push(read.place.clone());
        if self.slow == Some(read.place.as_str()) {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(self.delay).await;
        if let Some(kind) = *self.failing.lock().unwrap() {
            return Err(Failure::new(kind, "out of order").into());
        }
        match self.secrets.get(read.place.as_str()) {
            Some(text) => {
                let (version, lease) = (Some("7".to_owned()), self.lease.clone());
                let good_until = self.good_until;
                Ok(Blob { version, good_until, lease, ..Blob::new(Node::text(*text)) })
            }
            None => Err(Unread::Absent("no such secret")),
        }
    }

    fn before(&self, _reads: &[Read]) -> Before {
        Before { calls: vec!["POST login".to_owned()], waits: 1 }
    }

    fn plan(&self, reads: &[(Read, usize)]) -> SourcePlan {
        let calls = reads.iter().map(|(read, keys)| format!("GET {} for {keys}", read.place));
        calls.collect::<SourcePlan>().round_trips(1)
    }

    fn remedy(
        &self,
        _read: &Read,
        _key: Option<&str>,
        _absent: Option<&'static str>,
    ) -> Option<String> {
        None
    }
}

const SECRETS: [(&str, &str); 5] = [
    (
        "app",
        r#"{"port": 5432, "smtp": {"host": "mx"}, "APP_USER": "ada", "empty": "", "none": null}"#,
    ),
    ("db", r#"{"url": "postgres://x"}"#),
    ("whole", "just a text"),
    ("app-smtp-user-name", "grace"),
    ("broken", r#"{"a": "#),
];

fn fake() -> Fake {
    Fake { secrets: SECRETS.into(), ..Fake::default() }
}

fn key(path: &'static str) -> Key<'static> {
    Key { path, variables: &[], own: None, base: None, prefix: "APP", secret: true, binary: false }
}

fn own(own: &'static str) -> Key<'static> {
    Key { own: Some(own), ..key("field") }
}

fn at(backend: &Arc<Fake>, place: Option<&str>) -> Remote<Fake> {
    Remote::new(Arc::clone(backend), None, place).unwrap()
}

fn ask(source: &Remote<Fake>, wanted: &Wanted<'_>) -> Answers {
    match source.fetch(wanted) {
        Fetch::Pending(answers) => wait(answers),
        Fetch::Ready(_) => panic!("it has to ask somebody"),
    }
}

/// What came of each key, as reports would show it behind the label of the source.
fn shown(source: &Remote<Fake>, keys: &[Key<'_>]) -> Vec<String> {
    let label = source.label();
    ask(source, &Wanted::of(keys))
        .unwrap()
        .into_iter()
        .map(|answer| match answer {
            Answer::Value(found) => {
                let text = match &found.node.value {
                    Value::Text(text) | Value::Number(text) => text.to_string(),
                    other => other.kind().to_owned(),
                };
                format!("{text} from {}", found.origin.of_source(label.clone()))
            }
            Answer::Empty(origin) => format!("empty in {}", origin.of_source(label.clone())),
            Answer::Absent(absence) | Answer::Unread(absence) => absence.to_string(),
            Answer::Failed(failure) => format!("{:?} {failure}", failure.kind()),
        })
        .collect()
}

#[test]
fn a_key_is_found_in_the_secret_of_the_list_by_every_name_that_documents_have() {
    let source = at(&Arc::new(fake()), Some("app"));
    let keys = [
        key("port"),
        key("smtp.host"),
        Key { variables: &["APP_USER"], ..key("user") },
        key("empty"),
        key("none"),
        key("other"),
    ];
    assert_eq!(
        shown(&source, &keys),
        [
            "5432 from fake app#port, version 7",
            "mx from fake app#smtp.host, version 7",
            "ada from fake app#APP_USER, version 7",
            "empty in fake app#empty, version 7",
            "none (null, version 7)",
            "other (no such key, version 7)",
        ]
    );
}

#[test]
fn a_key_that_is_a_letter_or_two_off_is_told_by_the_name_that_the_secret_has() {
    let source = at(&Arc::new(fake()), Some("app"));
    let keys = [own("#prot"), key("smtp.hots"), Key { variables: &["APP_USR"], ..key("x") }];
    assert_eq!(
        shown(&source, &keys),
        [
            "prot (no such key, version 7; did you mean port?)",
            "smtp.hots (no such key, version 7; did you mean smtp.host?)",
            "x (no such key, version 7)",
        ]
    );
    let both = [own("db#ur"), key("port"), own("#prot")];
    assert_eq!(
        shown(&source, &both)[..],
        [
            "db#ur (no such key, version 7; did you mean url?)",
            "5432 from fake app#port, version 7",
            "prot (no such key, version 7)",
        ]
    );
}

#[test]
fn a_key_of_its_own_names_another_secret_a_version_or_the_whole() {
    let source = at(&Arc::new(fake()), Some("app"));
    let based = Key { base: Some(("db", "url")), ..key("db.url") };
    assert_eq!(
        shown(
            &source,
            &[own("db#url"), own("whole"), own("#smtp.host"), based, own("gone@3#x"), own("db@")]
        ),
        [
            "postgres://x from fake db#url, version 7",
            "just a text from fake whole, version 7",
            "mx from fake app#smtp.host, version 7",
            "postgres://x from fake db#url, version 7",
            "gone@3#x (no such secret)",
            "Malformed db@: no version stands behind `@`",
        ]
    );
}

#[test]
fn without_a_place_a_field_is_a_secret_of_its_own() {
    let source = at(&Arc::new(fake()), None);
    assert_eq!(
        shown(&source, &[key("smtp.user_name"), key("port")]),
        ["grace from fake app-smtp-user-name, version 7", "app-port (no such secret)"]
    );
}

#[test]
fn a_secret_that_is_no_document_has_no_keys() {
    let source = at(&Arc::new(fake()), Some("whole"));
    assert_eq!(
        shown(&source, &[key("port"), own("broken#a")]),
        [
            "Malformed whole: the secret has no keys: it has to be a JSON object, and is a text",
            "Malformed broken: the secret is no JSON object: line 1, column 7, expected a value",
        ]
    );
}

#[test]
fn each_secret_is_read_once_however_many_keys_it_has() {
    let backend = Arc::new(fake());
    let source = at(&backend, Some("app"));
    let keys = [key("port"), own("db#url"), key("smtp.host"), own("db#url"), own("db#other")];
    assert_eq!(shown(&source, &keys).len(), 5);
    assert_eq!(*backend.asked.lock().unwrap(), ["app", "db"]);
}

#[test]
fn what_is_late_fails_and_holds_up_nothing_else() {
    let backend = Arc::new(Fake { slow: Some("db"), ..fake() });
    let source = at(&backend, Some("app"));
    let until = Some(Instant::now() + Duration::from_secs(3));
    let keys = [key("port"), own("db#url")];
    let answers = ask(&source, &Wanted { until, ..Wanted::of(&keys) }).unwrap();
    assert!(matches!(answers[0], Answer::Value(_)));
    let Answer::Failed(failure) = &answers[1] else { panic!("{:?}", answers[1]) };
    assert_eq!(failure.to_string(), "db: no answer within 3 s");
    assert_eq!(failure.kind(), FailureKind::Unreachable);
}

fn keeping(cache: &Cache, stale: Option<Duration>) -> Kept {
    Kept { cache: Some(cache.clone()), stale, attempts: 1, follower: None }
}

#[test]
fn loads_at_the_same_time_make_one_call() {
    let backend = Arc::new(Fake { delay: Duration::from_millis(200), ..fake() });
    let cache = Cache::new(Duration::from_secs(60));
    std::thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                let source = at(&backend, Some("app"));
                let keys = [key("port")];
                let wanted = Wanted { kept: keeping(&cache, None), ..Wanted::of(&keys) };
                assert!(matches!(ask(&source, &wanted).unwrap()[0], Answer::Value(_)));
            });
        }
    });
    assert_eq!(backend.calls.load(Ordering::SeqCst), 1);
}

/// What one load with this cache makes of the key `port`, and of which age.
fn port(backend: &Arc<Fake>, kept: Kept) -> Result<Option<String>, FailureKind> {
    let source = at(backend, Some("app"));
    let keys = [key("port")];
    match ask(&source, &Wanted { kept, ..Wanted::of(&keys) }).unwrap().remove(0) {
        Answer::Value(found) => Ok(found.origin.age()),
        Answer::Failed(failure) => Err(failure.kind()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_is_kept_for_its_time_and_dropped_on_demand() {
    let backend = Arc::new(fake());
    let calls = || backend.calls.load(Ordering::SeqCst);
    let cache = Cache::new(Duration::from_secs(3));
    for _ in 0..3 {
        port(&backend, keeping(&cache, None)).unwrap();
    }
    assert_eq!((calls(), cache.len()), (1, 1));
    std::thread::sleep(Duration::from_millis(3200));
    port(&backend, keeping(&cache, None)).unwrap();
    assert_eq!(calls(), 2);
    cache.invalidate("other");
    port(&backend, keeping(&cache, None)).unwrap();
    assert_eq!(calls(), 2);
    cache.invalidate("port");
    port(&backend, keeping(&cache, None)).unwrap();
    assert_eq!(calls(), 3);
    cache.clear();
    assert!(cache.is_empty());
}

#[test]
fn an_earlier_answer_is_taken_only_where_it_was_asked_for_and_nobody_can_be_reached() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::ZERO);
    let day = Some(Duration::from_secs(86_400));
    let fail = |kind| *backend.failing.lock().unwrap() = kind;
    assert_eq!(port(&backend, keeping(&cache, day)), Ok(None));
    fail(Some(FailureKind::Unreachable));
    assert!(port(&backend, keeping(&cache, day)).unwrap().is_some(), "it says how old it is");
    assert_eq!(port(&backend, keeping(&cache, None)), Err(FailureKind::Unreachable));
    let nothing = Some(Duration::ZERO);
    assert_eq!(port(&backend, keeping(&cache, nothing)), Err(FailureKind::Unreachable));
    fail(Some(FailureKind::Denied));
    assert_eq!(port(&backend, keeping(&cache, day)), Err(FailureKind::Denied));
    fail(None);
    assert_eq!(port(&backend, keeping(&cache, day)), Ok(None));
}

#[test]
fn what_was_dropped_while_it_was_read_is_not_kept() {
    let backend = Arc::new(Fake { delay: Duration::from_secs(2), ..fake() });
    let cache = Cache::new(Duration::from_secs(60));
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| port(&backend, keeping(&cache, None)));
        std::thread::sleep(Duration::from_millis(800));
        cache.invalidate("port");
        reading.join().unwrap().unwrap();
    });
    assert!(cache.is_empty());
}

#[test]
fn whoever_waits_for_a_load_that_gave_up_reads_for_itself() {
    let backend = Arc::new(Fake { delay: Duration::from_secs(3), ..fake() });
    let cache = Cache::new(Duration::from_secs(60));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let source = at(&backend, Some("app"));
            let keys = [key("port")];
            let wanted = Wanted { kept: keeping(&cache, None), ..Wanted::of(&keys) };
            let Fetch::Pending(mut answers) = source.fetch(&wanted) else { panic!() };
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            assert!(answers.as_mut().poll(&mut context).is_pending());
            std::thread::sleep(Duration::from_millis(1500));
            drop(answers);
        });
        std::thread::sleep(Duration::from_millis(600));
        assert_eq!(port(&backend, keeping(&cache, None)), Ok(None));
    });
    assert_eq!(backend.calls.load(Ordering::SeqCst), 2);
}

#[test]
fn what_a_store_gives_no_longer_does_not_come_back() {
    for last in [FailureKind::Denied, FailureKind::Expired, FailureKind::NotFound] {
        let backend = Arc::new(fake());
        let cache = Cache::new(Duration::ZERO);
        let day = Some(Duration::from_secs(86_400));
        let fail = |kind| *backend.failing.lock().unwrap() = kind;
        assert_eq!(port(&backend, keeping(&cache, day)), Ok(None));
        fail(Some(last));
        assert_eq!(port(&backend, keeping(&cache, day)), Err(last));
        fail(Some(FailureKind::Unreachable));
        assert_eq!(port(&backend, keeping(&cache, day)), Err(FailureKind::Unreachable));
    }
}

/// What a load that may wait so long makes of the key `port`.
fn port_within(backend: &Arc<Fake>, kept: Kept, limit: Duration) -> Result<(), String> {
    let source = at(backend, Some("app"));
    let keys = [key("port")];
    let until = Some(Instant::now() + limit);
    match ask(&source, &Wanted { kept, until, ..Wanted::of(&keys) }).unwrap().remove(0) {
        Answer::Value(_) => Ok(()),
        Answer::Failed(failure) => Err(failure.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_load_in_a_hurry_fails_nobody_else() {
    let backend = Arc::new(Fake { delay: Duration::from_millis(800), ..fake() });
    let cache = Cache::new(Duration::from_secs(60));
    std::thread::scope(|scope| {
        let hurry = scope
            .spawn(|| port_within(&backend, keeping(&cache, None), Duration::from_millis(400)));
        std::thread::sleep(Duration::from_millis(100));
        let patient = port_within(&backend, keeping(&cache, None), Duration::from_secs(20));
        assert_eq!(patient, Ok(()));
        assert!(hurry.join().unwrap().is_err());
    });
}

#[test]
fn whoever_waits_for_another_takes_an_earlier_answer_in_time() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::ZERO);
    let day = Some(Duration::from_secs(86_400));
    port(&backend, keeping(&cache, day)).unwrap();
    let hanging = Arc::new(Fake { slow: Some("app"), ..fake() });
    std::thread::scope(|scope| {
        scope.spawn(|| port_within(&hanging, keeping(&cache, None), Duration::from_secs(2)));
        std::thread::sleep(Duration::from_millis(300));
        let waiting = port_within(&hanging, keeping(&cache, day), Duration::from_millis(500));
        assert_eq!(waiting, Ok(()));
    });
}

#[test]
fn what_is_read_for_a_report_is_not_kept_for_loads() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::from_secs(60));
    let source = at(&backend, Some("app"));
    let keys = [key("port")];
    let wanted = Wanted { kept: keeping(&cache, None), only_looks: true, ..Wanted::of(&keys) };
    assert!(matches!(ask(&source, &wanted).unwrap()[0], Answer::Value(_)));
    assert!(cache.is_empty());
    port(&backend, keeping(&cache, None)).unwrap();
    assert!(matches!(ask(&source, &wanted).unwrap()[0], Answer::Value(_)));
    assert_eq!(backend.calls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_cache_may_keep_for_ever() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::MAX);
    assert_eq!(port(&backend, keeping(&cache, None)), Ok(None));
    assert_eq!(cache.len(), 1);
}

#[cfg(feature = "age")]
mod on_disk {
    use super::*;
    use crate::age::Identity;

    const DAY: Option<Duration> = Some(Duration::from_secs(86_400));

    #[test]
    fn an_answer_outlives_the_process_for_a_start_while_nobody_can_be_reached() {
        let directory = tempfile::tempdir().unwrap();
        let (file, identity) = (directory.path().join("kept.age"), Identity::generate());
        let backend = Arc::new(fake());
        let open = || Cache::new(Duration::from_secs(60)).on_disk(&file, &identity);
        port(&backend, keeping(&open(), None)).unwrap();

        let sealed = std::fs::read(&file).unwrap();
        assert!(!sealed.windows(4).any(|window| window == b"5432"));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }

        let kept = open();
        assert_eq!(kept.len(), 1);
        port(&backend, keeping(&kept, DAY)).unwrap();
        assert_eq!(backend.calls.load(Ordering::SeqCst), 2, "what is on disk is never fresh");
        *backend.failing.lock().unwrap() = Some(FailureKind::Unreachable);
        assert!(port(&backend, keeping(&open(), DAY)).unwrap().is_some(), "it says how old it is");
        assert_eq!(port(&backend, keeping(&open(), None)), Err(FailureKind::Unreachable));
    }

    #[test]
    fn a_file_that_cannot_be_read_fails_no_load_and_is_remarked_on() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("kept.age");
        std::fs::write(&file, "no age file").unwrap();
        let cache = Cache::new(Duration::from_secs(60)).on_disk(&file, &Identity::generate());
        assert!(cache.is_empty());
        let remark = cache.remarks().remove(0);
        assert!(remark.starts_with("earlier answers cannot be read: "), "{remark}");
        assert!(remark.ends_with("kept.age: it is damaged, or not encrypted with age"), "{remark}");
        assert_eq!(port(&Arc::new(fake()), keeping(&cache, DAY)), Ok(None));
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_written_fails_no_load_and_is_remarked_on() {
        let cache = Cache::new(Duration::from_secs(60))
            .on_disk("/no/such/directory/kept.age", &Identity::generate());
        let source = at(&Arc::new(fake()), Some("app"));
        let keys = [key("port")];
        let wanted = Wanted { kept: keeping(&cache, None), ..Wanted::of(&keys) };
        assert!(matches!(ask(&source, &wanted).unwrap()[0], Answer::Value(_)));
        let told = "earlier answers cannot be kept: /no/such/directory: no such directory";
        assert_eq!(cache.remarks(), [told]);
        let of_source = source.remarks(&crate::source::Claims { keys: &keys, prefix: "APP_" });
        assert!(of_source.is_empty(), "it is told once, however many sources there are");
    }
}

#[test]
fn a_name_that_nobody_asks_for_is_told_with_the_secret_that_it_stands_in() {
    let secrets = [
        ("app", r#"{"api_kye": "a", "unlike": "b"}"#),
        ("db", r#"{"usr": "c", "url": "d", "unlike": "e"}"#),
        ("json", r#"{"api_kye": "f"}"#),
    ];
    let backend = Arc::new(Fake { secrets: secrets.into(), ..Fake::default() });
    let source = at(&backend, Some("app"));
    let user = Key { base: Some(("db", "user")), ..key("database.user") };
    let keys = [key("api_key"), user, own("db#url"), own("json")];
    let claims = Claims { keys: &keys, prefix: "APP_" };
    assert!(source.unclaimed(&claims).is_empty(), "nothing was read yet");
    ask(&source, &Wanted::of(&keys)).unwrap();
    let names = source.unclaimed(&claims).into_iter().map(|of| (of.name, of.within));
    let expected = [("api_kye", None), ("usr", Some("db"))];
    let expected = expected.map(|(name, of)| (name.to_owned(), of.map(str::to_owned)));
    assert_eq!(names.collect::<Vec<_>>(), expected);
}
