//! Sources that answer later, with and without an async runtime.

use std::time::{Duration, Instant};

use config_core::{Answers, Fetch, Loader, ProblemKind, Secrets, Source, Wanted};
use config_tests::sources::{Held, Meeting, Silent};
use config_tests::{NOTHING, block_on, kinds, only};

#[derive(Secrets)]
#[secrets(sources(env, "one", "two", "three"))]
struct Settings {
    #[setting(default = "default")]
    a: String,
    #[setting(default = "default")]
    b: String,
    #[setting(default = "default")]
    c: String,
}

impl Settings {
    fn all(&self) -> [&str; 3] {
        [&self.a, &self.b, &self.c]
    }
}

/// Three sources that answer only once all three have been asked.
fn meeting() -> Loader<Settings> {
    let meeting = Meeting::of(3);
    Settings::loader()
        .env(NOTHING)
        .source(meeting.member("three", [("a", "three"), ("b", "three"), ("c", "three")]))
        .source(meeting.member("one", [("a", "one")]))
        .source(meeting.member("two", [("a", "two"), ("b", "two")]))
        .deadline(Duration::from_secs(20))
}

#[test]
fn all_remote_sources_are_asked_at_once_and_the_list_still_decides() {
    assert_eq!(meeting().load().unwrap().all(), ["one", "two", "three"]);
    assert_eq!(block_on(meeting().load_async()).unwrap().all(), ["one", "two", "three"]);
}

#[test]
fn a_remote_source_that_no_open_field_needs_is_not_asked() {
    let whole = [("A", "env"), ("B", "env"), ("C", "env")];
    let remote = Held::new("two", [("a", "two")]).remote();
    let asked = remote.asked();
    let loader = Settings::loader().env(whole).source(Held::new("one", [("a", "x")]));
    let settings = loader.source(remote).source(Held::new("three", [("a", "x")])).load().unwrap();
    assert_eq!(settings.all(), ["env"; 3]);
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[test]
fn a_local_source_below_a_remote_one_does_not_win_over_it() {
    let remote = Held::new("one", [("a", "remote")]).remote();
    let local = Held::new("two", [("a", "local"), ("b", "local")]);
    let settings = Settings::loader()
        .env(NOTHING)
        .source(remote)
        .source(local)
        .source(Held::new("three", [("c", "x")]))
        .load();
    assert_eq!(settings.unwrap().all(), ["remote", "local", "x"]);
}

#[test]
fn a_source_that_does_not_answer_ends_at_the_deadline_and_is_unreachable() {
    let loader = || {
        let others = Settings::loader()
            .env([("C", "env")])
            .source(Held::new("one", [("a", "one")]).remote());
        others
            .source(Silent("two"))
            .source(Held::new("three", [("b", "x")]))
            .deadline(Duration::from_secs(1))
    };
    let begin = Instant::now();
    assert_eq!(kinds(loader().load()), [("b".to_owned(), ProblemKind::Unreachable)]);
    assert_eq!(
        kinds(block_on(loader().load_async())),
        [("b".to_owned(), ProblemKind::Unreachable)]
    );
    assert!(begin.elapsed() >= Duration::from_secs(2) && begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_remote_source_that_panics_is_a_problem_and_not_a_panic() {
    struct Panics;
    impl Source for Panics {
        fn label(&self) -> String {
            "one".to_owned()
        }
        fn fetch<'a>(&'a self, _wanted: &'a Wanted<'a>) -> Fetch<'a> {
            Fetch::Pending(Box::pin(async { panic!("a source of the program broke") }))
        }
        fn is_remote(&self) -> bool {
            true
        }
    }
    let loader = Settings::loader().env([("B", "env"), ("C", "env")]).source(Panics);
    assert_eq!(kinds(loader.load()), [("a".to_owned(), ProblemKind::Unreachable)]);
}

#[test]
fn a_source_that_answers_later_must_say_that_it_is_remote() {
    struct Late;
    impl Source for Late {
        fn label(&self) -> String {
            "one".to_owned()
        }
        fn fetch<'a>(&'a self, _wanted: &'a Wanted<'a>) -> Fetch<'a> {
            Fetch::Pending(Box::pin(std::future::pending::<Answers>()))
        }
    }
    let found = kinds(Settings::loader().env([("B", "env"), ("C", "env")]).source(Late).load());
    assert_eq!(found, [("a".to_owned(), ProblemKind::Unreachable)]);
}

#[test]
fn load_never_panics_inside_a_tokio_runtime() {
    let current = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(
        current.block_on(async { meeting().load() }).unwrap().all(),
        ["one", "two", "three"]
    );
    assert_eq!(current.block_on(meeting().load_async()).unwrap().all(), ["one", "two", "three"]);

    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    assert_eq!(many.block_on(async { meeting().load() }).unwrap().all(), ["one", "two", "three"]);
    let spawned = many.block_on(async { tokio::spawn(async { meeting().load() }).await.unwrap() });
    assert_eq!(spawned.unwrap().all(), ["one", "two", "three"]);
    let awaited = many.block_on(async { tokio::spawn(meeting().load_async()).await.unwrap() });
    assert_eq!(awaited.unwrap().all(), ["one", "two", "three"]);
}

#[test]
fn load_report_and_explain_work_inside_a_runtime_too() {
    let current = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let report = current.block_on(async { meeting().load_report() }).unwrap().report;
    assert_eq!(report.origin("c").unwrap().source(), "three");
    let table = current.block_on(async { meeting().explain() });
    assert_eq!(table.origin("a").unwrap().source(), "one");
    assert_eq!(table.fields()[0].hidden().len(), 2, "{table}");
}

#[test]
fn the_future_of_a_load_can_move_between_threads() {
    fn sent<T: Send>(of: T) -> T {
        of
    }
    assert!(block_on(sent(meeting().load_async())).is_ok());
}

/// A remote source that misbehaves in one way.
#[derive(Clone, Copy)]
enum Bad {
    BlocksInFetch,
    BlocksInPoll,
    PanicsInFetch,
    PanicsInPoll,
    PanicsInDrop,
    WantsTokio,
    Never,
}

struct BadDrop;

impl Drop for BadDrop {
    fn drop(&mut self) {
        panic!("a destructor of the program broke");
    }
}

impl Source for Bad {
    fn label(&self) -> String {
        "one".to_owned()
    }
    fn is_remote(&self) -> bool {
        true
    }
    fn fetch<'a>(&'a self, _wanted: &'a Wanted<'a>) -> Fetch<'a> {
        let answer =
            || Ok(vec![config_core::Answer::value("late".into(), config_core::Origin::new("a"))]);
        let block = || std::thread::sleep(Duration::from_millis(400));
        match self {
            Self::BlocksInFetch => {
                block();
                Fetch::Ready(answer())
            }
            Self::BlocksInPoll => Fetch::Pending(Box::pin(async move {
                block();
                answer()
            })),
            Self::PanicsInFetch => panic!("a source of the program broke"),
            Self::PanicsInPoll => {
                Fetch::Pending(Box::pin(async { panic!("a source of the program broke") }))
            }
            Self::PanicsInDrop => Fetch::Pending(Box::pin(async {
                let _bad = BadDrop;
                std::future::pending().await
            })),
            Self::WantsTokio => Fetch::Pending(Box::pin(async move {
                tokio::task::spawn(async {}).await.unwrap();
                answer()
            })),
            Self::Never => Fetch::Pending(Box::pin(std::future::pending())),
        }
    }
}

#[test]
fn what_a_source_does_wrong_is_told_in_the_same_words_however_it_is_asked() {
    use Bad::{
        BlocksInFetch, BlocksInPoll, Never, PanicsInDrop, PanicsInFetch, PanicsInPoll, WantsTokio,
    };
    let late = "unreachable: no answer within 200 ms";
    let panicked = "unreachable: the source panicked while it was asked";
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (bad, expected) in [
        (BlocksInFetch, late),
        (BlocksInPoll, late),
        (Never, late),
        (PanicsInDrop, late),
        (PanicsInFetch, panicked),
        (PanicsInPoll, panicked),
        (WantsTokio, panicked),
    ] {
        let loader = || {
            let loader = Settings::loader().env([("B", "env"), ("C", "env")]).source(bad);
            loader.deadline(Duration::from_millis(if expected == late { 200 } else { 20_000 }))
        };
        let loads = [
            loader().load(),
            block_on(loader().load_async()),
            runtime.block_on(async { loader().load() }),
        ];
        for load in loads {
            let problem = only(load.map(|_| ()));
            assert_eq!(problem.message(), expected);
            let is_hinted = problem.hint().is_some_and(|hint| hint.starts_with("use load_async()"));
            assert_eq!(is_hinted, matches!(bad, WantsTokio), "{:?}", problem.hint());
        }
    }
    let loader = Settings::loader().env([("B", "env"), ("C", "env")]).source(WantsTokio);
    assert_eq!(runtime.block_on(loader.load_async()).unwrap().a, "late");
}
