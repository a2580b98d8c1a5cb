//! Where a source fails, the failures that would be met next are told along with it.

use std::sync::atomic::Ordering;

use config_core::{
    Answer, Failure, FailureKind, Fetch, Loader, Node, OnFailure, Origin, ProblemKind,
    SecretString, Secrets, Source, Wanted, WarningKind,
};
use config_tests::sources::{Failing, Held};
use config_tests::{Bench, NOTHING, failure, kinds, messages};

#[derive(Secrets)]
#[secrets(sources(env, dotenv, file("app.json"), "last"))]
#[expect(dead_code, reason = "it never loads")]
struct Settings {
    #[setting(required)]
    one: String,
    #[setting(default = "default")]
    two: String,
}

const BAD_ENV: (&str, &str) = (".env", "no equals sign\n");
const BAD_FILE: (&str, &str) = ("app.json", "{\n  \"one\" 1\n}");
const FILE_TOO: &str = "also failing: file app.json (line 2, column 9): malformed: expected `:`";

fn loader(bench: &Bench) -> Loader<Settings> {
    Settings::loader().root(bench.path()).env(NOTHING).source(Held::new("last", [("x", "")]))
}

fn down() -> Failing {
    Failing::new("last", Failure::new(FailureKind::Unreachable, "it is down").hint("start it"))
}

/// The warnings of a load that fails.
fn warned(bench: &Bench, loader: Loader<Settings>) -> Vec<String> {
    let error = failure(loader.load());
    messages(error.warnings()).iter().map(|warning| bench.without_path(warning)).collect()
}

#[test]
fn the_sources_below_are_asked_too_and_their_failures_told() {
    let bench = Bench::with([BAD_ENV, BAD_FILE]);
    let error = failure(loader(&bench).source(down()).load());
    let found: Vec<_> = error.iter().map(|of| (of.path(), of.origin().unwrap().source())).collect();
    assert_eq!(found.len(), 2, "{error}");
    assert!(found.iter().all(|(_, source)| source.starts_with("dotenv")), "{found:?}");
    let shown = bench.without_path(&error);
    assert!(shown.starts_with("2 settings could not be loaded\n"), "{shown}");
    let expected =
        format!("\n  warning: {FILE_TOO}\n  warning: also failing: last: unreachable: it is down");
    assert!(shown.contains(&expected), "{shown}");
    assert!(shown.ends_with("; fix: start it"), "{shown}");
    assert!(error.warnings().iter().all(|warning| warning.kind() == WarningKind::Failing));
}

#[test]
fn a_source_below_one_that_has_the_value_would_not_be_asked_next() {
    let bench = Bench::with([BAD_ENV, ("app.json", r#"{"one": "1", "two": "2"}"#)]);
    assert!(warned(&bench, loader(&bench).source(down())).is_empty());
    bench.write("app.json", r#"{"one": "1"}"#);
    assert_eq!(warned(&bench, loader(&bench).source(down())).len(), 1, "`two` would go on to it");
}

#[test]
fn nothing_but_failures_is_told_of_the_sources_below() {
    #[derive(Secrets)]
    #[secrets(sources(dotenv, file("app.json")))]
    struct Outer {
        #[nested]
        smtp: Smtp,
    }
    #[derive(Secrets)]
    #[expect(dead_code, reason = "it never loads")]
    struct Smtp {
        #[secret(required, format = any)]
        password: SecretString,
    }
    let named_like_a_secret = r#"{"smtp": {"password": "sesame", "sesame": 1}}"#;
    let bench = Bench::with([BAD_ENV, ("app.json", named_like_a_secret)]);
    let error = failure(Outer::loader().root(bench.path()).env(NOTHING).load());
    assert!(!error.to_string().contains("sesame"), "{error}");
}

#[test]
fn fields_that_did_not_fail_ask_no_further() {
    let bench = Bench::with([BAD_FILE]);
    let whole = loader(&bench).env([("ONE", "1"), ("TWO", "2")]).source(down());
    assert!(whole.load().is_ok());
    let error = failure(loader(&bench).env([("TWO", "2")]).load());
    assert_eq!((error.iter().count(), error.warnings().len()), (1, 0), "{error}");
}

#[test]
fn a_remote_source_is_not_asked_for_it() {
    let bench = Bench::with([BAD_ENV]);
    let remote = Held::new("last", [("one", "1")]).remote();
    let asked = remote.asked();
    let error = failure(loader(&bench).source(remote).load());
    assert_eq!(asked.load(Ordering::SeqCst), 0, "{error}");
}

#[derive(Secrets)]
#[secrets(sources("far", file("app.json"), "farther"))]
#[expect(dead_code, reason = "it never loads")]
struct Remote {
    #[setting(required)]
    one: String,
}

fn unreachable(label: &'static str) -> Failing {
    Failing::new(label, Failure::new(FailureKind::Unreachable, "no answer")).remote()
}

#[test]
fn what_remote_sources_said_at_the_same_time_is_told() {
    let bench = Bench::with([BAD_FILE]);
    let loader = || Remote::loader().root(bench.path()).env(NOTHING).source(unreachable("far"));
    let nothing = Held::new("farther", [("x", "")]).remote();
    let error = failure(loader().source(nothing).load());
    assert_eq!(error.iter().next().unwrap().origin().unwrap().source(), "far");
    assert_eq!(bench.without_path(messages(error.warnings()).join("\n")), FILE_TOO);

    bench.write("app.json", "{}");
    let error = failure(loader().source(unreachable("farther")).load());
    assert_eq!(error.iter().next().unwrap().origin().unwrap().source(), "far");
    assert_eq!(messages(error.warnings()), ["also failing: farther: unreachable: no answer"]);
}

#[test]
fn in_whatever_order_they_were_asked() {
    struct Partly;
    impl Source for Partly {
        fn label(&self) -> String {
            "partly".to_owned()
        }
        fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
            Fetch::each(wanted, |key| match key.path() {
                "has" => Answer::value(Node::text("x"), Origin::new("has")),
                _ => Answer::Failed(Failure::new(FailureKind::Denied, "not allowed")),
            })
        }
        fn is_remote(&self) -> bool {
            true
        }
    }
    #[derive(Secrets)]
    #[secrets(sources("partly", "far"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Turned {
        #[setting(required)]
        has: String,
        #[setting(required, sources("far", "partly"))]
        has_not: String,
    }
    let error =
        failure(Turned::loader().env(NOTHING).source(unreachable("far")).source(Partly).load());
    assert_eq!(error.iter().next().unwrap().origin().unwrap().source(), "far");
    assert_eq!(messages(error.warnings()), ["also failing: partly: not allowed"]);
}

#[test]
fn a_failure_that_is_some_field_s_problem_is_not_told_again() {
    #[derive(Secrets)]
    #[secrets(sources(dotenv, file("app.json")))]
    #[expect(dead_code, reason = "it never loads")]
    struct Crossed {
        #[setting(required)]
        one: String,
        #[setting(required, sources(file, dotenv))]
        two: String,
    }
    let bench = Bench::with([BAD_ENV, BAD_FILE]);
    let error = failure(Crossed::loader().root(bench.path()).env(NOTHING).load());
    assert_eq!((error.iter().count(), error.warnings().len()), (2, 0), "{error}");
}

#[test]
fn a_place_given_to_the_loader_that_is_not_there_is_told_once() {
    let bench = Bench::with([BAD_ENV]);
    let error = failure(loader(&bench).file("absent.json").load());
    assert_eq!(error.to_string().matches("no such file").count(), 1, "{error}");
    assert_eq!(error.to_string().matches("absent.json").count(), 1, "{error}");
}

#[test]
fn a_failure_that_was_fallen_through_is_told_where_the_next_source_fails() {
    let bench = Bench::with([BAD_FILE]);
    let loader = loader(&bench).source(down()).on_failure("file", OnFailure::Fallthrough);
    assert_eq!(warned(&bench, loader), [FILE_TOO]);
}

#[test]
fn names_of_one_source_that_fail_alike_are_one_line() {
    struct Refusing;
    impl Source for Refusing {
        fn label(&self) -> String {
            "farther".to_owned()
        }
        fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
            Fetch::each(wanted, |key| {
                let count = key.path().len();
                let (kind, message) = match key.path() {
                    "four" => (FailureKind::Denied, "not allowed".to_owned()),
                    _ => (FailureKind::Unreachable, format!("no answer; {count} attempts in 2 s")),
                };
                let failure = Failure::new(kind, message).elsewhere(format!("app-{}", key.path()));
                Answer::Failed(failure.hint("start it"))
            })
        }
        fn is_remote(&self) -> bool {
            true
        }
    }
    #[derive(Secrets)]
    #[secrets(sources("far", "farther"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Many {
        #[setting(required)]
        one: String,
        #[setting(required)]
        two: String,
        #[setting(required)]
        three: String,
        #[setting(required)]
        four: String,
    }
    let loader = || Many::loader().env(NOTHING).source(unreachable("far")).source(Refusing);
    let alike = "farther (3 secrets): unreachable: no answer; 3 attempts in 2 s";
    let other = "farther app-four: not allowed";
    let error = failure(loader().load());
    let also = |what: &str| format!("also failing: {what}; fix: start it");
    assert_eq!(messages(error.warnings()), [also(alike), also(other)]);

    let passing = loader().source(Held::new("last", [("one", "1")]));
    let passing = ["far", "farther"]
        .iter()
        .fold(passing, |loader, name| loader.on_failure(*name, OnFailure::Fallthrough));
    let over = |what: &str| format!("{what}; passed over, as its failures are told to be");
    let fix = |what: &str| format!("{}; fix: start it", over(what));
    let told = [over("far: unreachable: no answer"), fix(alike), fix(other)];
    assert_eq!(messages(failure(passing.load()).warnings()), told);
}

#[test]
fn strict_makes_it_a_problem_like_any_warning() {
    let bench = Bench::with([BAD_ENV, BAD_FILE]);
    let found = kinds(loader(&bench).strict().load());
    assert_eq!(found[2], ("strict".to_owned(), ProblemKind::Strict), "{found:?}");
}

#[test]
fn explain_and_a_name_asked_for_at_run_time_tell_it_too() {
    let bench = Bench::with([BAD_ENV, BAD_FILE]);
    let report = loader(&bench).explain();
    assert_eq!(bench.without_path(messages(report.warnings()).join("\n")), FILE_TOO);
    let error = failure(loader(&bench).get("PLUGIN_TOKEN"));
    assert_eq!(bench.without_path(messages(error.warnings()).join("\n")), FILE_TOO);
}
