//! Sources of the program's own: each is asked once, within the deadline, and nothing that goes wrong in one leaves a
//! load.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use config_core::{
    Absence, Answer, Claims, Fetch, Key, Loader, Node, Origin, Position, SecretString, Secrets,
    Source, SourcePlan, Unclaimed, Wanted,
};
use config_tests::{NOTHING, failure, messages};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, "mine"))]
#[expect(dead_code, reason = "what is told of it counts")]
struct Settings {
    #[setting(default = 1)]
    port: u16,
    #[secret(format = any)]
    token: Option<SecretString>,
    #[setting(required)]
    name: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Panics {
    Nowhere,
    Label,
    IsRemote,
    Fetch,
    Unclaimed,
    Remarks,
    Remedy,
    Plan,
    Bootstrap,
}

/// A local source that has nothing but names which nobody claims, and counts how often it is asked.
struct Mine {
    panics: Panics,
    asked: Arc<AtomicUsize>,
    unclaimed: &'static str,
}

impl Mine {
    fn new(panics: Panics) -> Self {
        Self { panics, asked: Arc::default(), unclaimed: "APP_PROT" }
    }

    fn may_panic(&self, at: Panics) {
        assert!(self.panics != at, "hunter2 in the words of a panic");
    }
}

impl Source for Mine {
    fn label(&self) -> String {
        self.may_panic(Panics::Label);
        "mine".to_owned()
    }

    fn is_remote(&self) -> bool {
        self.may_panic(Panics::IsRemote);
        false
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.may_panic(Panics::Fetch);
        Fetch::each(wanted, |key| match key.path() {
            "token" => Answer::value(Node::text("sesame"), Origin::new("token")),
            path => Answer::Absent(Absence::new(path.to_owned(), "no such key")),
        })
    }

    fn unclaimed(&self, _claims: &Claims<'_>) -> Vec<Unclaimed> {
        self.may_panic(Panics::Unclaimed);
        vec![Unclaimed {
            name: self.unclaimed.to_owned(),
            within: None,
            file: None,
            at: Position::default(),
        }]
    }

    fn remarks(&self, _claims: &Claims<'_>) -> Vec<String> {
        self.may_panic(Panics::Remarks);
        Vec::new()
    }

    fn remedy(&self, _key: &Key<'_>) -> Option<String> {
        self.may_panic(Panics::Remedy);
        None
    }

    fn plan(&self, _wanted: &Wanted<'_>) -> SourcePlan {
        self.may_panic(Panics::Plan);
        SourcePlan::default()
    }

    fn bootstrap(&self, _name: &str) -> Result<Option<config_core::Text>, config_core::Failure> {
        self.may_panic(Panics::Bootstrap);
        Ok(None)
    }
}

fn loader(mine: Mine) -> Loader<Settings> {
    Settings::loader().env(NOTHING).source(mine)
}

/// The text of a load that must not panic.
fn told(what: &str, call: impl FnOnce() -> String) -> String {
    let told = catch_unwind(AssertUnwindSafe(call));
    let told = told.unwrap_or_else(|_| panic!("a panic left {what}"));
    assert!(!told.contains("hunter2"), "{told}");
    told
}

#[test]
fn a_report_asks_it_no_second_time() {
    let mine = Mine::new(Panics::Nowhere);
    let asked = Arc::clone(&mine.asked);
    let loaded = loader(mine).set("name", "x").load_report().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let expected = "mine APP_PROT is set but no setting has that name; did you mean APP_PORT?";
    assert_eq!(messages(loaded.report.warnings()), [expected]);
}

#[test]
fn a_name_that_may_be_a_secret_of_a_source_that_was_not_asked_for_it_is_not_shown() {
    let mine = || Mine { unclaimed: "sesame", ..Mine::new(Panics::Nowhere) };
    let hidden = "mine [6 characters] is set but no setting has that name";
    let of = |loader: Loader<Settings>| messages(loader.load_report().unwrap().report.warnings());
    assert_eq!(of(loader(mine()).set("name", "x").set("token", "other")), [hidden]);
    assert_eq!(of(loader(mine()).set("name", "x")), [hidden], "it won here");
    let other = || Mine { unclaimed: "marmot", ..mine() };
    let shown = "mine marmot is set but no setting has that name";
    assert_eq!(of(loader(other()).set("name", "x")), [shown], "all its secrets are known");
}

#[test]
fn a_panic_of_it_never_leaves_a_load() {
    use Panics::{Bootstrap, Fetch, IsRemote, Label, Plan, Remarks, Remedy, Unclaimed};
    for panics in [Label, IsRemote, Fetch, Unclaimed, Remarks, Remedy, Plan, Bootstrap] {
        let failed = told("load", || failure(loader(Mine::new(panics)).load()).to_string());
        told("explain", || loader(Mine::new(panics)).explain().to_string());
        let report =
            || loader(Mine::new(panics)).set("name", "x").load_report().map(|loaded| loaded.report);
        let reported = told("load_report", || format!("{:?}", report()));
        let planned = told("plan", || {
            format!("{:?}", loader(Mine::new(panics)).plan().map(|p| p.to_string()))
        });
        match panics {
            Label | IsRemote | Fetch => {
                assert!(failed.contains("the source panicked while it was asked"), "{failed}");
                assert!(reported.contains("the source panicked while it was asked"), "{reported}");
            }
            Unclaimed | Remarks => {
                assert!(failed.contains("warning: mine: panicked while"), "{failed}");
                assert!(reported.contains("warning: mine: panicked while"), "{reported}");
            }
            Remedy => assert!(failed.contains("warning: mine: panicked while"), "{failed}"),
            Plan => assert!(planned.contains("panicked"), "{planned}"),
            _ => {}
        }
    }
}

#[test]
fn as_many_answers_as_keys_are_taken_and_no_others() {
    struct Counting(usize);
    impl Source for Counting {
        fn label(&self) -> String {
            "mine".to_owned()
        }
        fn fetch<'a>(&'a self, _wanted: &'a Wanted<'a>) -> Fetch<'a> {
            let answer = || Answer::value(Node::text("7"), Origin::new("x"));
            Fetch::Ready(Ok((0..self.0).map(|_| answer()).collect()))
        }
    }
    let load = |count| Settings::loader().env([("APP_TOKEN", "x")]).source(Counting(count)).load();
    assert_eq!(load(2).unwrap().name, "7");
    for (count, told) in [(0, "0 answers"), (1, "1 answer"), (3, "3 answers")] {
        let error = failure(load(count));
        let expected = format!("malformed: the source gave {told} to 2 keys");
        let messages: Vec<&str> = error.iter().map(config_core::Problem::message).collect();
        assert_eq!(messages, [&expected, &expected]);
    }
}

#[test]
fn one_that_is_missing_is_asked_for_in_the_words_of_the_loader() {
    #[derive(Debug, Secrets)]
    #[secrets(sources("figment"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Bridged {
        #[setting(required)]
        port: u16,
    }
    let error = failure(Bridged::loader().env(NOTHING).load());
    let hint = error.iter().next().unwrap().hint();
    assert_eq!(hint, Some("add .figment(..) with the provider"));
}
