//! A: other names of a field.

use config_core::{ProblemKind, Secrets, WarningKind};
use config_tests::{Bench, only};

#[derive(Secrets)]
#[secrets(prefix = "P", sources(env))]
struct Pomes {
    #[setting(required, env = ["POMO", "POMME", "MANZANO"])]
    pomo: String,
}

#[test]
fn a02_of_two_names_that_are_set_the_first_in_the_list_counts() {
    let settings = Pomes::loader().env([("MANZANO", "c"), ("POMME", "b")]).load().unwrap();
    assert_eq!(settings.pomo, "b");
}

#[test]
fn a03_each_name_works_alone_and_the_list_is_their_priority() {
    for name in ["POMO", "POMME", "MANZANO"] {
        assert_eq!(Pomes::loader().env([(name, "x")]).load().unwrap().pomo, "x", "{name}");
    }
    let all = [("MANZANO", "3"), ("POMME", "2"), ("POMO", "1")];
    assert_eq!(Pomes::loader().env(all).load().unwrap().pomo, "1");
}

/// Ours: a name given with `env` is raw, always.
#[test]
fn a05_the_prefix_is_not_put_before_a_name_given_by_hand() {
    assert_eq!(only(Pomes::loader().env([("P_POMO", "x")]).load()).kind(), ProblemKind::Missing);
}

#[test]
fn a08_a_path_given_for_files_does_not_take_the_variable_away() {
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Settings {
        #[setting(required, file = "my.path")]
        my_field: String,
    }
    let bench = Bench::with([("app.json", r#"{"my": {"path": "file"}, "my_field": "not this"}"#)]);
    let loader = || Settings::loader().root(bench.path());
    assert_eq!(loader().env([("MY_FIELD", "v")]).load().unwrap().my_field, "v");
    assert_eq!(loader().env([("MY_FIELD", "")]).load().unwrap().my_field, "file");
}

#[test]
fn a09_fields_of_a_nested_struct_may_each_come_by_another_of_their_names() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[nested]
        sub: Sub,
    }
    #[derive(Secrets)]
    struct Sub {
        #[setting(required, env = ["FOO_V1", "BAR_V1"])]
        v1: u8,
        #[setting(required, env = ["FOO_V2", "BAR_V2"])]
        v2: u8,
    }
    let sub = Settings::loader().env([("FOO_V1", "1"), ("BAR_V2", "2")]).load().unwrap().sub;
    assert_eq!((sub.v1, sub.v2), (1, 2));
}

#[test]
fn a11_a_value_set_by_the_program_beats_any_name_and_nothing_is_flagged() {
    let loader = Pomes::loader().env([("POMO", "variable")]).set("pomo", "program").strict();
    assert_eq!(loader.load().unwrap().pomo, "program");
}

#[test]
fn a12_that_a_deprecated_name_was_used_is_a_warning() {
    let loaded = Pomes::loader().env([("POMME", "x")]).load_report().unwrap();
    let [warning] = loaded.report.warnings() else { panic!("{}", loaded.report) };
    assert_eq!(warning.kind(), WarningKind::DeprecatedName);
    assert_eq!(warning.to_string(), "POMME is deprecated; use POMO");
    assert_eq!(loaded.settings.pomo, "x");
}
