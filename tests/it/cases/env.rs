//! E: plain environment variables.

use std::collections::BTreeMap;

use config_core::{Failure, FailureKind, ProblemKind, Secrets};
use config_tests::sources::Failing;
use config_tests::{Bench, NOTHING, kinds, only};

#[derive(Secrets)]
#[secrets(sources(env))]
struct Apple {
    #[setting(required)]
    apple: String,
}

/// Ours: names are case-sensitive, and those made from a field's name are upper case.
#[test]
fn e01_a_variable_fills_the_field_of_its_name() {
    assert_eq!(Apple::loader().env([("APPLE", "hello")]).load().unwrap().apple, "hello");
    assert_eq!(only(Apple::loader().env([("apple", "hello")]).load()).kind(), ProblemKind::Missing);
}

#[test]
fn e02_a_value_set_by_the_program_beats_the_variable() {
    let settings =
        Apple::loader().env([("APPLE", "hello")]).set("apple", "goodbye").load().unwrap();
    assert_eq!(settings.apple, "goodbye");
}

#[test]
fn e04_all_missing_fields_are_in_one_report_in_declaration_order() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    #[expect(dead_code, reason = "it never loads")]
    struct Two {
        #[setting(required)]
        pear: String,
        #[setting(default = 1)]
        plum: u8,
        #[setting(required)]
        apple: String,
    }
    let missing = |path: &str| (path.to_owned(), ProblemKind::Missing);
    assert_eq!(kinds(Two::loader().env(NOTHING).load()), [missing("pear"), missing("apple")]);
}

#[derive(Secrets)]
#[secrets(sources(env, dotenv))]
struct WithDefault {
    #[setting(default = "default")]
    apple: String,
    #[setting(default = "default", allow_empty)]
    pear: String,
}

#[test]
fn e05_an_empty_variable_counts_as_absent_unless_the_field_allows_empty() {
    let bench = Bench::new();
    let settings =
        WithDefault::loader().root(bench.path()).env([("APPLE", ""), ("PEAR", "")]).load().unwrap();
    assert_eq!((settings.apple.as_str(), settings.pear.as_str()), ("default", ""));
}

#[test]
fn e07_an_empty_line_of_a_dotenv_file_counts_as_absent_unless_the_field_allows_empty() {
    let bench = Bench::with([(".env", "APPLE=\nPEAR=\n")]);
    let settings = WithDefault::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!((settings.apple.as_str(), settings.pear.as_str()), ("default", ""));

    let bench = Bench::with([(".env", "APPLE=b\n")]);
    assert_eq!(WithDefault::loader().root(bench.path()).env(NOTHING).load().unwrap().apple, "b");
}

#[derive(Secrets)]
#[secrets(prefix = "FOOBAR", sources(env))]
struct Prefixed {
    #[setting(required)]
    apple: String,
}

#[test]
fn e08_with_a_prefix_only_the_prefixed_variable_is_read() {
    assert_eq!(Prefixed::loader().env([("FOOBAR_APPLE", "hello")]).load().unwrap().apple, "hello");
    assert_eq!(
        only(Prefixed::loader().env([("APPLE", "hello")]).load()).kind(),
        ProblemKind::Missing
    );
}

#[test]
fn e10_a_nested_struct_reads_its_own_prefix_alone() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env))]
    struct Parent {
        #[setting(required)]
        var: String,
        #[nested(prefix = "SUB")]
        child: Child,
    }
    #[derive(Secrets)]
    struct Child {
        #[setting(required)]
        var: String,
    }
    let parent =
        Parent::loader().env([("APP_VAR", "parent"), ("APP_SUB_VAR", "child")]).load().unwrap();
    assert_eq!((parent.var.as_str(), parent.child.var.as_str()), ("parent", "child"));
    let only_parent =
        Parent::loader().env([("APP_VAR", "parent"), ("APP_CHILD_VAR", "no"), ("SUB_VAR", "no")]);
    assert_eq!(kinds(only_parent.load()), [("child.var".to_owned(), ProblemKind::Missing)]);
}

#[test]
fn e11_a_variable_without_the_prefix_never_matches_by_accident() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env))]
    struct Settings {
        #[setting(default = "default")]
        user: String,
    }
    assert_eq!(Settings::loader().env([("USER", "root")]).load().unwrap().user, "default");
}

/// Ours: `Option` says that the field is optional; there is no third rule to write.
#[test]
fn e13_an_option_is_optional_by_its_type() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting]
        apple: Option<String>,
    }
    assert_eq!(Settings::loader().env(NOTHING).load().unwrap().apple, None);
    assert_eq!(
        Settings::loader().env([("APPLE", "red")]).load().unwrap().apple.as_deref(),
        Some("red")
    );
}

#[test]
fn e14_a_variable_in_another_case_does_not_fill_the_field() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(env))]
    #[expect(dead_code, reason = "it never loads")]
    struct Settings {
        #[setting(required, env = "foo")]
        foo: String,
    }
    let problem = only(Settings::loader().env([("Foo", "foo"), ("FOO", "foo")]).load());
    assert_eq!((problem.path(), problem.kind()), ("foo", ProblemKind::Missing));
}

#[test]
fn e17_a_map_is_read_from_pairs_in_one_variable() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        top: BTreeMap<u8, String>,
    }
    let settings = Settings::loader().env([("TOP", "1=apple, 2=banana")]).load().unwrap();
    assert_eq!(settings.top, BTreeMap::from([(1, "apple".to_owned()), (2, "banana".to_owned())]));
}

#[test]
fn e19_a_source_that_fails_is_named_with_the_field_that_it_stops() {
    #[derive(Debug, Secrets)]
    #[secrets(sources("mine"))]
    #[expect(dead_code, reason = "it never loads")]
    struct Settings {
        #[setting(required)]
        top: String,
    }
    let source = Failing::new("mine", Failure::new(FailureKind::Unreachable, "the line is cut"));
    let problem = only(Settings::loader().env(NOTHING).source(source).load());
    assert_eq!((problem.path(), problem.kind()), ("top", ProblemKind::Unreachable));
    assert_eq!(problem.message(), "unreachable: the line is cut");
    assert_eq!(problem.origin().unwrap().source(), "mine");
}

#[test]
fn e20_a_field_may_be_named_by_a_word_of_the_language() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(required)]
        r#type: String,
        #[setting(required)]
        r#match: u8,
        #[setting(default = false)]
        r#fn: bool,
    }
    let settings = Settings::loader().env([("TYPE", "cls"), ("MATCH", "7")]).load().unwrap();
    assert_eq!((settings.r#type.as_str(), settings.r#match, settings.r#fn), ("cls", 7, false));
}
