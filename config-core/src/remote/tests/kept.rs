//! What is taken of earlier answers where a store cannot be reached.

use super::*;
#[cfg(feature = "age")]
use crate::clock::Moment;
#[cfg(feature = "age")]
use crate::remote::lease::Lease;

const DAY: Option<Duration> = Some(Duration::from_secs(86_400));

/// What one load makes of the secret of its own that the field `port` is.
fn own_port(backend: &Arc<Fake>, kept: Kept) -> String {
    let source = at(backend, None);
    let keys = [key("port")];
    let answer = ask(&source, &Wanted { kept, ..Wanted::of(&keys) }).unwrap().remove(0);
    match answer {
        Answer::Value(found) => ageless(&found.origin),
        Answer::Absent(absence) => ageless(&absence),
        Answer::Failed(failure) => format!("{:?} {failure}", failure.kind()),
        other => panic!("{other:?}"),
    }
}

/// With each age in seconds as none: how long a test takes is for the machine to say.
fn ageless(told: &impl ToString) -> String {
    let told = told.to_string();
    let parts: Vec<&str> = told.split("s ago").collect();
    let parts = parts.iter().enumerate().map(|(number, part)| match number + 1 == parts.len() {
        true => (*part).to_owned(),
        false => format!("{}0", part.trim_end_matches(|of: char| of.is_ascii_digit())),
    });
    parts.collect::<Vec<_>>().join("s ago")
}

fn fails(backend: &Fake, kind: impl Into<Option<FailureKind>>) {
    *backend.failing.lock().unwrap() = kind.into();
}

/// The same store with a secret more.
fn with_port() -> Arc<Fake> {
    let mut fake = fake();
    fake.secrets.insert("app-port", "8080");
    Arc::new(fake)
}

#[test]
fn a_stray_answer_is_told_as_what_it_is_and_leaves_the_earlier_one_for_outages() {
    let backend = with_port();
    let cache = Cache::new(Duration::ZERO);
    let load = |kind: Option<FailureKind>| {
        fails(&backend, kind);
        own_port(&backend, keeping(&cache, DAY))
    };
    load(None);
    assert_eq!(load(Some(FailureKind::Malformed)), "Malformed app-port: out of order");
    let down = Some(FailureKind::Unreachable);
    assert_eq!(load(down), "app-port, version 7, answered 0s ago");
    for kind in [FailureKind::Denied, FailureKind::NotFound, FailureKind::Expired] {
        load(None);
        load(Some(kind));
        assert_eq!(load(down), NOTHING, "{kind:?}");
    }
}

/// The same store, asked with that credential of the account.
fn with_credential(credential: &'static str) -> Arc<Fake> {
    let mut fake = fake();
    fake.secrets.insert("app-port", "8080");
    *fake.credential.lock().unwrap() = Some(credential);
    Arc::new(fake)
}

#[test]
fn what_one_credential_of_an_account_got_is_not_taken_for_another_in_the_same_process() {
    let cache = Cache::new(Duration::from_secs(60));
    let (one, other) = (with_credential("first"), with_credential("second"));
    own_port(&one, keeping(&cache, DAY));
    fails(&other, FailureKind::Denied);
    assert_eq!(own_port(&other, keeping(&cache, DAY)), "Denied app-port: out of order");
    fails(&other, FailureKind::Unreachable);
    assert_eq!(own_port(&other, keeping(&cache, DAY)), NOTHING);
    fails(&one, FailureKind::Unreachable);
    assert_eq!(own_port(&one, keeping(&cache, DAY)), "app-port, version 7");
}

const WAS_ABSENT: &str = "app-port (no such secret, answered 0s ago; unreachable now)";
const NOTHING: &str = "Unreachable app-port: out of order; no earlier answer is kept";

#[test]
fn that_there_is_no_such_secret_is_an_answer_too_and_never_a_fresh_one() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::from_secs(60));
    for _ in 0..2 {
        assert_eq!(own_port(&backend, keeping(&cache, DAY)), "app-port (no such secret)");
    }
    assert_eq!(backend.calls.load(Ordering::SeqCst), 2);
    assert_eq!(cache.len(), 0);
    fails(&backend, FailureKind::Unreachable);
    assert_eq!(own_port(&backend, keeping(&cache, DAY)), WAS_ABSENT);
    let refused = own_port(&backend, keeping(&cache, None));
    assert_eq!(refused, "Unreachable app-port: out of order");
    fails(&backend, FailureKind::Denied);
    assert_eq!(own_port(&backend, keeping(&cache, DAY)), "Denied app-port: out of order");
    fails(&backend, FailureKind::Unreachable);
    assert_eq!(own_port(&backend, keeping(&cache, DAY)), NOTHING);
}

#[test]
fn what_the_store_said_last_counts_whether_there_was_one_or_not() {
    let (without, with) = (Arc::new(fake()), with_port());
    let cache = Cache::new(Duration::ZERO);
    let load = |backend: &Arc<Fake>| own_port(backend, keeping(&cache, DAY));
    let is_down = |backend: &Arc<Fake>| {
        fails(backend, FailureKind::Unreachable);
        let loaded = load(backend);
        fails(backend, None);
        loaded
    };
    load(&without);
    assert_eq!(load(&with), "app-port, version 7");
    assert_eq!(is_down(&with), "app-port, version 7, answered 0s ago");
    load(&without);
    assert_eq!(is_down(&with), WAS_ABSENT);
}

#[test]
fn a_key_that_an_earlier_answer_lacks_is_told_with_its_age() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::ZERO);
    let source = at(&backend, Some("app"));
    let keys = [key("nothing")];
    let load = || {
        let wanted = Wanted { kept: keeping(&cache, DAY), ..Wanted::of(&keys) };
        ask(&source, &wanted).unwrap().remove(0)
    };
    load();
    fails(&backend, FailureKind::Unreachable);
    let Answer::Absent(absence) = load() else { panic!() };
    let told = "nothing (no such key, version 7, answered 0s ago; unreachable now)";
    assert_eq!(ageless(&absence), told);
}

#[test]
fn a_failure_says_why_no_earlier_answer_was_taken() {
    let backend = with_port();
    let cache = Cache::new(Duration::ZERO);
    fails(&backend, FailureKind::Unreachable);
    assert_eq!(own_port(&backend, keeping(&cache, DAY)), NOTHING);
    fails(&backend, None);
    own_port(&backend, keeping(&cache, DAY));
    fails(&backend, FailureKind::Unreachable);
    std::thread::sleep(Duration::from_millis(1100));
    let refused = own_port(&backend, keeping(&cache, Some(Duration::from_millis(900))));
    let why = "the kept answer is 1s old, and 900ms is allowed";
    assert_eq!(refused, format!("Unreachable app-port: out of order; {why}"));
}

#[test]
fn a_report_shows_the_earlier_answer_that_a_load_would_take() {
    let backend = with_port();
    let cache = Cache::new(Duration::ZERO);
    own_port(&backend, keeping(&cache, DAY));
    fails(&backend, FailureKind::Unreachable);
    let source = at(&backend, None);
    let keys = [key("port"), key("user")];
    let kept = keeping(&cache, DAY);
    let answers = ask(&source, &Wanted { kept, only_looks: true, ..Wanted::of(&keys) }).unwrap();
    let Answer::Value(found) = &answers[0] else { panic!("{answers:?}") };
    assert_eq!(ageless(&found.origin), "app-port, version 7, answered 0s ago");
    let Answer::Failed(failure) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!(failure.to_string(), "app-user: out of order; no earlier answer is kept");
}

#[test]
fn of_names_without_end_the_last_thousand_or_so_are_remembered_as_absent() {
    let backend = Arc::new(fake());
    let cache = Cache::new(Duration::ZERO);
    let source = at(&backend, None);
    let names: Vec<String> = (0..1500).map(|index| format!("name_{index}")).collect();
    let keys: Vec<Key<'_>> = names.iter().map(|name| Key { path: name, ..key("") }).collect();
    let load = || ask(&source, &Wanted { kept: keeping(&cache, DAY), ..Wanted::of(&keys) });
    load().unwrap();
    fails(&backend, FailureKind::Unreachable);
    let answers = load().unwrap();
    let absent = answers.iter().filter(|answer| matches!(answer, Answer::Absent(_))).count();
    assert!((800..=1000).contains(&absent), "{absent}");
}

#[cfg(feature = "age")]
mod on_disk {
    use super::*;
    use crate::age::{Identity, encrypt_file};
    use crate::remote::disk::Disk;

    /// The file tells whole seconds, so that the age may be one.
    const ANSWERED: &str = "app-port, version 7, answered ";

    struct Bed {
        directory: tempfile::TempDir,
        identity: Identity,
    }

    impl Bed {
        fn new() -> Self {
            Self { directory: tempfile::tempdir().unwrap(), identity: Identity::generate() }
        }

        fn file(&self) -> std::path::PathBuf {
            self.directory.path().join("kept.age")
        }

        fn open(&self) -> Cache {
            Cache::new(Duration::from_secs(60)).on_disk(self.file(), &self.identity)
        }

        /// What is told of the file, without where it is.
        fn told(&self, cache: &Cache) -> Vec<String> {
            let directory = format!("{}/", self.directory.path().display());
            cache.remarks().iter().map(|remark| remark.replace(&directory, "")).collect()
        }
    }

    #[test]
    fn that_there_is_no_such_secret_outlives_the_process() {
        let bed = Bed::new();
        let backend = Arc::new(fake());
        own_port(&backend, keeping(&bed.open(), DAY));
        fails(&backend, FailureKind::Unreachable);
        let kept = bed.open();
        assert_eq!(own_port(&backend, keeping(&kept, DAY)), WAS_ABSENT);
        let refused = own_port(&backend, keeping(&kept, None));
        assert_eq!(refused, "Unreachable app-port: out of order");
        assert!(bed.told(&kept).is_empty());
    }

    #[test]
    fn what_an_account_got_serves_the_next_process_whose_credential_is_another() {
        let bed = Bed::new();
        own_port(&with_credential("first"), keeping(&bed.open(), DAY));
        let next = with_credential("second");
        fails(&next, FailureKind::Unreachable);
        let cache = bed.open();
        for _ in 0..2 {
            let taken = own_port(&next, keeping(&cache, DAY));
            assert!(taken.starts_with(ANSWERED), "{taken}");
        }
        fails(&next, FailureKind::Denied);
        own_port(&next, keeping(&cache, DAY));
        fails(&next, FailureKind::Unreachable);
        assert_eq!(own_port(&next, keeping(&cache, DAY)), NOTHING);
        assert_eq!(own_port(&next, keeping(&bed.open(), DAY)), NOTHING, "nor is it in the file");
    }

    #[test]
    fn of_several_credentials_of_an_account_the_last_answer_is_written() {
        let bed = Bed::new();
        let cache = bed.open();
        for credential in ["first", "second", "third"] {
            own_port(&with_credential(credential), keeping(&cache, DAY));
        }
        assert_eq!((cache.len(), bed.open().len()), (3, 1));
        own_port(&with_credential("fourth"), keeping(&cache, DAY));
        assert_eq!(bed.open().len(), 1);
    }

    #[test]
    fn a_stray_answer_leaves_what_is_in_the_file() {
        let bed = Bed::new();
        let backend = with_port();
        own_port(&backend, keeping(&bed.open(), DAY));
        fails(&backend, FailureKind::Malformed);
        own_port(&backend, keeping(&bed.open(), DAY));
        fails(&backend, FailureKind::Unreachable);
        let taken = own_port(&backend, keeping(&bed.open(), DAY));
        assert!(taken.starts_with(ANSWERED), "{taken}");
    }

    #[test]
    fn what_is_good_until_a_day_is_written_with_it_and_what_is_lent_is_not() {
        let bed = Bed::new();
        let hour = Some(Moment::now() + Duration::from_secs(3600));
        let kept = |good_until, lease| {
            let mut fake = fake();
            fake.secrets.insert("app-port", "8080");
            let backend = Arc::new(Fake { good_until, lease, ..fake });
            own_port(&backend, keeping(&bed.open(), DAY));
            fails(&backend, FailureKind::Unreachable);
            own_port(&backend, keeping(&bed.open(), DAY))
        };
        assert!(kept(hour, None).starts_with(ANSWERED));
        let over = "Unreachable app-port: out of order; the kept answer has expired";
        assert_eq!(kept(Some(Moment::now()), None), over);
        let lease = Some(Lease::new("a", Duration::from_secs(3600), true));
        assert_eq!(kept(hour, lease), NOTHING);
    }

    #[test]
    fn what_nobody_has_asked_for_is_left_in_the_file_for_a_month() {
        let bed = Bed::new();
        let backend = with_port();
        own_port(&backend, keeping(&bed.open(), DAY));
        let disk = Disk::new(bed.file(), bed.identity.clone());
        let mut records = disk.load();
        let given = |days: u64, store: &str| {
            let mut record = disk.load().remove(0);
            record.store = store.to_owned();
            record.at -= Duration::from_secs(days * 24 * 3600);
            record
        };
        records.extend([given(29, "a token of last week"), given(31, "a token of long ago")]);
        disk.save(|| records);
        let cache = bed.open();
        assert_eq!(cache.len(), 3);
        own_port(&backend, keeping(&cache, DAY));
        let mut left: Vec<String> = disk.load().into_iter().map(|record| record.store).collect();
        left.retain(|store| store.starts_with("a token"));
        assert_eq!(left, ["a token of last week"]);
        assert_eq!(bed.open().len(), 2, "what is asked for stays");
    }

    #[test]
    fn a_file_of_another_identity_is_told_and_stays_until_a_store_has_answered() {
        let bed = Bed::new();
        let backend = with_port();
        own_port(&backend, keeping(&bed.open(), DAY));
        fails(&backend, FailureKind::Unreachable);
        let other = Bed { identity: Identity::generate(), ..bed };
        let cache = other.open();
        let unread =
            ["earlier answers cannot be read: kept.age: it is not encrypted to this identity"];
        let before = std::fs::read(other.file()).unwrap();
        for _ in 0..2 {
            assert_eq!(own_port(&backend, keeping(&cache, DAY)), NOTHING);
            assert_eq!(other.told(&cache), unread);
        }
        assert_eq!(std::fs::read(other.file()).unwrap(), before);

        fails(&backend, None);
        own_port(&backend, keeping(&cache, DAY));
        let anew = "earlier answers could not be read: kept.age: it is not encrypted to this \
                    identity; the file was written anew";
        assert_eq!(other.told(&cache), [anew]);
        assert!(other.told(&cache).is_empty());
        assert_eq!(other.open().len(), 1);
    }

    #[test]
    fn a_file_of_another_form_is_told_and_fails_no_load() {
        let bed = Bed::new();
        let other = br#"{"format": "config-core-cache/0", "entries": []}"#;
        let recipients = bed.identity.recipients();
        std::fs::write(bed.file(), encrypt_file(other, &recipients).unwrap()).unwrap();
        let cache = bed.open();
        let why = "kept.age: it is not what this version of config-core keeps";
        assert_eq!(bed.told(&cache), [format!("earlier answers cannot be read: {why}")]);
        assert_eq!(own_port(&with_port(), keeping(&cache, DAY)), "app-port, version 7");
    }

    #[test]
    fn a_file_without_a_directory_is_told_by_the_directory() {
        let bed = Bed::new();
        let file = bed.directory.path().join("none/kept.age");
        let cache = Cache::new(Duration::ZERO).on_disk(file, &bed.identity);
        own_port(&with_port(), keeping(&cache, None));
        assert_eq!(bed.told(&cache), ["earlier answers cannot be kept: none: no such directory"]);
    }
}
