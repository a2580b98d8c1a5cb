//! A source that fails never lets a weaker one answer, unless told so.

use config_core::{Failure, FailureKind, Memory, OnFailure, ProblemKind, Secrets};
use config_tests::sources::Failing;
use config_tests::{Bench, NOTHING, failure, kinds};

#[derive(Secrets)]
#[secrets(sources(env, file("app.json"), "last"))]
struct Settings {
    #[setting(default = "default")]
    one: String,
    #[setting(required)]
    two: String,
    #[setting]
    three: Option<String>,
}

fn last() -> Memory {
    Memory::pairs("last", [("one", "last"), ("two", "last"), ("three", "last")])
}

fn broken() -> Bench {
    Bench::with([("app.json", r#"{"one": "#)])
}

#[test]
fn a_failure_is_a_problem_of_every_field_that_no_higher_source_has() {
    let bench = broken();
    let found =
        kinds(Settings::loader().root(bench.path()).env([("TWO", "env")]).source(last()).load());
    assert_eq!(found, ["one", "three"].map(|path| (path.to_owned(), ProblemKind::Malformed)));
}

#[test]
fn fields_that_a_higher_source_has_do_not_mind() {
    let bench = broken();
    let whole = [("ONE", "env"), ("TWO", "env"), ("THREE", "env")];
    let settings = Settings::loader().root(bench.path()).env(whole).source(last()).load().unwrap();
    assert_eq!(
        (settings.one.as_str(), settings.two.as_str(), settings.three.as_deref()),
        ("env", "env", Some("env"))
    );
}

#[test]
fn on_failure_lets_the_next_source_answer_for_that_source_alone() {
    let bench = broken();
    let loader = || Settings::loader().root(bench.path()).env([("TWO", "env")]).source(last());
    let settings = loader().on_failure("file", OnFailure::Fallthrough).load().unwrap();
    assert_eq!((settings.one.as_str(), settings.two.as_str()), ("last", "env"));
    assert!(loader().on_failure("file app.json", OnFailure::Fallthrough).load().is_ok());
    assert!(loader().on_failure("env", OnFailure::Fallthrough).load().is_err());
}

#[test]
fn a_name_that_no_source_has_is_told_with_those_that_there_are() {
    let bench = broken();
    let loader = Settings::loader().root(bench.path()).env(NOTHING).source(last());
    let error = failure(loader.on_failure("flie", OnFailure::Fallthrough).load());
    let problem = error.iter().find(|problem| problem.path() == "on_failure flie").unwrap();
    assert_eq!(problem.hint(), Some("use one of env, file, last; did you mean file?"));
}

#[test]
fn what_was_fallen_through_is_told_where_a_field_ends_up_missing() {
    let bench = broken();
    let loader = Settings::loader()
        .root(bench.path())
        .env(NOTHING)
        .source(Memory::pairs("last", [("one", "x")]));
    let error = failure(loader.on_failure("file", OnFailure::Fallthrough).load());
    let problem = error.iter().next().unwrap();
    assert_eq!((problem.path(), problem.kind()), ("two", ProblemKind::Missing));
    assert!(problem.tried()[1].to_string().contains("failed"), "{error}");
}

#[test]
fn what_was_fallen_through_is_to_be_mended_and_not_added_to() {
    let bench = broken();
    let loader = Settings::loader()
        .root(bench.path())
        .env(NOTHING)
        .source(Memory::pairs("last", [("one", "x")]));
    let error = failure(loader.on_failure("file", OnFailure::Fallthrough).load());
    let problem = error.iter().next().unwrap();
    assert_eq!(problem.hint(), Some("set TWO, or mend file app.json"));
    assert_eq!(
        problem.tried()[1].to_string(),
        "file app.json (failed, line 1, column 9: expected a value)"
    );

    let denied = Failing::new("last", Failure::new(FailureKind::Denied, "not allowed").key("k"));
    let loader = Settings::loader().root(Bench::new().path()).env(NOTHING).source(denied);
    let error = failure(loader.on_failure("last", OnFailure::Fallthrough).load());
    let problem = error.iter().next().unwrap();
    assert_eq!(problem.tried()[2].to_string(), "last k (failed: not allowed)");
    assert_eq!(problem.hint(), Some("set TWO, or add two to app.json"));
}

#[test]
fn each_sort_of_failure_is_told_apart() {
    #[derive(Secrets)]
    #[secrets(sources("mine", env))]
    #[expect(dead_code, reason = "it never loads")]
    struct Mine {
        #[setting(default = 1)]
        v: u8,
    }
    for (failed, expected) in [
        (FailureKind::NotFound, ProblemKind::NotFound),
        (FailureKind::Denied, ProblemKind::Denied),
        (FailureKind::Unreachable, ProblemKind::Unreachable),
        (FailureKind::Malformed, ProblemKind::Malformed),
        (FailureKind::NotConfigured, ProblemKind::NotConfigured),
    ] {
        let source = Failing::new("mine", Failure::new(failed, "it failed").hint("mend it"));
        let error = failure(Mine::loader().env([("V", "2")]).source(source).load());
        let problem = error.iter().next().unwrap();
        assert_eq!((problem.kind(), problem.hint()), (expected, Some("mend it")));
        assert!(problem.message().ends_with("it failed"), "{problem}");
    }
}

#[test]
fn a_failure_of_one_key_leaves_the_other_keys_of_the_source() {
    #[derive(Secrets)]
    #[secrets(sources(dir("secrets")))]
    #[expect(dead_code, reason = "it never loads")]
    struct Two {
        #[setting(required)]
        good: String,
        #[setting(required)]
        bad: String,
    }
    let bench = Bench::with([("secrets/good", "yes")]);
    bench.write("secrets/bad", [0xff]);
    assert_eq!(
        kinds(Two::loader().root(bench.path()).env(NOTHING).load()),
        [("bad".to_owned(), ProblemKind::Malformed)]
    );
}

#[test]
fn a_source_that_gives_too_few_answers_is_malformed() {
    struct Short;
    impl config_core::Source for Short {
        fn label(&self) -> String {
            "last".to_owned()
        }
        fn fetch<'a>(&'a self, _wanted: &'a config_core::Wanted<'a>) -> config_core::Fetch<'a> {
            config_core::Fetch::Ready(Ok(Vec::new()))
        }
    }
    let bench = Bench::new();
    let found =
        kinds(Settings::loader().root(bench.path()).env([("TWO", "env")]).source(Short).load());
    assert_eq!(found, ["one", "three"].map(|path| (path.to_owned(), ProblemKind::Malformed)));
}

#[test]
fn what_was_passed_over_is_a_warning_and_under_strict_a_problem() {
    let bench = broken();
    let loader = || {
        let loader = Settings::loader().root(bench.path()).env([("TWO", "env")]).source(last());
        loader.on_failure("file", OnFailure::Fallthrough)
    };
    let expected = "file app.json (line 1, column 9): malformed: expected a value; passed over, as its failures are told to be";
    for report in [loader().load_report().unwrap().report, loader().explain()] {
        let found = config_tests::messages(report.warnings());
        assert_eq!(
            found.iter().map(|text| bench.without_path(text)).collect::<Vec<_>>(),
            [expected]
        );
    }
    let error = failure(loader().strict().load());
    assert!(bench.without_path(&error).contains(expected), "{error}");
    let whole = [("ONE", "env"), ("TWO", "env"), ("THREE", "env")];
    assert!(loader().env(whole).explain().warnings().is_empty(), "nothing weaker was taken");
}

#[test]
fn a_given_file_that_is_not_there_is_told_once() {
    let error = failure(
        Settings::loader().root("/").env([("TWO", "x")]).source(last()).file("absent.json").load(),
    );
    assert_eq!(error.to_string().matches("no such file").count(), 1, "{error}");
    assert_eq!(error.iter().next().unwrap().path(), "file /absent.json");
}
