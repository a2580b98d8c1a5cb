//! What the program gives to the loader, and where it stands in the list.

use config_core::{ExposeSecret, Memory, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, failure, messages, only};

#[derive(Secrets)]
#[secrets(sources(env, dotenv, file("app.json"), dir("secrets")))]
struct Settings {
    #[setting(default = "default")]
    v: String,
    #[setting(default = 0)]
    number: u32,
}

#[test]
fn a_value_set_by_the_program_stands_above_every_source() {
    let bench = Bench::with([
        (".env", "V=dotenv\n"),
        ("app.json", r#"{"v": "file"}"#),
        ("secrets/v", "dir"),
    ]);
    let settings =
        Settings::loader().root(bench.path()).env([("V", "env")]).set("v", "set").load().unwrap();
    assert_eq!(settings.v, "set");
}

#[test]
fn a_set_value_may_have_its_own_type_or_be_text() {
    let number = |loader: config_core::Loader<Settings>| loader.load().unwrap().number;
    assert_eq!(number(Settings::loader().env(NOTHING).set("number", 7)), 7);
    assert_eq!(number(Settings::loader().env(NOTHING).set("number", "7")), 7);
}

#[test]
fn of_two_values_set_for_one_field_the_later_counts() {
    let settings =
        Settings::loader().env(NOTHING).set("number", 1).set("number", 2).load().unwrap();
    assert_eq!(settings.number, 2);
}

#[test]
fn a_set_value_beats_the_list_of_the_field_itself() {
    #[derive(Secrets)]
    #[secrets(sources(env, dotenv))]
    struct Own {
        #[secret(required, format = any, sources(dotenv))]
        key: SecretString,
    }
    let bench = Bench::with([(".env", "KEY=dotenv\n")]);
    let key = Own::loader().root(bench.path()).env(NOTHING).set("key", "set").load().unwrap().key;
    assert_eq!(key.expose_secret(), "set");
}

#[test]
fn a_set_value_is_checked_like_any_other_and_its_origin_is_named() {
    let problem = only(Settings::loader().env(NOTHING).set("number", "many").load());
    assert_eq!((problem.path(), problem.kind()), ("number", ProblemKind::WrongType));
    assert!(problem.origin().unwrap().to_string().starts_with("set"), "{problem:?}");
}

#[test]
fn setting_a_path_that_no_field_has_is_a_problem_with_a_suggestion() {
    let problem = only(Settings::loader().env(NOTHING).set("nubmer", "1").load());
    assert_eq!((problem.kind(), problem.path()), (ProblemKind::UnknownName, "nubmer"));
    assert!(format!("{problem} {:?}", problem.hint()).contains("number"), "{problem:?}");
}

#[test]
fn a_given_path_takes_the_place_of_the_first_entry_of_its_kind() {
    let bench = Bench::with([
        ("given.env", "V=given dotenv\n"),
        ("given.json", r#"{"v": "given file", "number": 3}"#),
        ("app.json", r#"{"v": "listed file", "number": 4}"#),
        ("given/v", "given dir"),
        ("secrets/v", "listed dir"),
    ]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().dir("given").load().unwrap().v, "listed file");
    assert_eq!(loader().dir("given").file("given.json").load().unwrap().v, "given file");
    assert_eq!(loader().file("given.json").dotenv("given.env").load().unwrap().v, "given dotenv");
    assert_eq!(
        loader().file("given.json").load().unwrap().number,
        3,
        "the listed file is not read"
    );
}

#[test]
fn a_given_path_whose_kind_is_not_listed_stands_at_the_end() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct EnvAlone {
        #[setting(default = "default")]
        v: String,
    }
    let bench = Bench::with([("app.json", r#"{"v": "file"}"#)]);
    let loader = || EnvAlone::loader().root(bench.path()).file("app.json");
    assert_eq!(loader().env([("V", "env")]).load().unwrap().v, "env");
    assert_eq!(loader().env(NOTHING).load().unwrap().v, "file");
}

#[test]
fn a_given_path_must_exist_even_when_every_field_has_its_value_elsewhere() {
    let bench = Bench::new();
    let complete = || Settings::loader().root(bench.path()).env([("V", "a"), ("NUMBER", "1")]);
    assert!(complete().load().is_ok());
    for error in [
        failure(complete().dotenv("none.env").load()),
        failure(complete().file("none.json").load()),
        failure(complete().dir("none").load()),
    ] {
        assert!(error.iter().any(|problem| problem.kind() == ProblemKind::NotFound), "{error}");
    }
}

#[test]
fn a_source_of_the_program_takes_the_place_of_its_name_or_stands_at_the_end() {
    #[derive(Secrets)]
    #[secrets(sources("flags", env))]
    struct Listed {
        #[setting(default = "default")]
        v: String,
    }
    let flags = || Memory::pairs("flags", [("v", "flags")]);
    assert_eq!(Listed::loader().env([("V", "env")]).source(flags()).load().unwrap().v, "flags");
    assert_eq!(Settings::loader().env([("V", "env")]).source(flags()).load().unwrap().v, "env");
    assert_eq!(Settings::loader().env(NOTHING).source(flags()).load().unwrap().v, "flags");
}

#[test]
fn a_source_that_is_listed_by_name_and_not_given_is_a_problem_that_says_what_to_do() {
    #[derive(Secrets)]
    #[secrets(sources("flags", env))]
    #[expect(dead_code, reason = "it never loads")]
    struct Listed {
        #[setting(required)]
        v: String,
    }
    let problem = only(Listed::loader().env([("V", "env")]).load());
    assert_eq!((problem.path(), problem.kind()), ("v", ProblemKind::NotFound));
    assert!(
        problem.message().contains("\"flags\"") && problem.hint().unwrap().contains(".source("),
        "{problem:?}"
    );
}

#[test]
fn pairs_given_for_the_environment_hide_the_one_of_the_process() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Home {
        #[setting(env = "PATH")]
        path: Option<String>,
    }
    assert!(std::env::var_os("PATH").is_some(), "the process has one");
    assert_eq!(Home::loader().env(NOTHING).load().unwrap().path, None);
}

#[test]
fn without_a_list_the_sources_are_env_and_dotenv_and_secrets_json() {
    #[derive(Secrets)]
    #[expect(dead_code, reason = "what is asked for it counts")]
    struct Bare {
        #[setting(required)]
        v: String,
    }
    let bench = Bench::new();
    let problem = only(Bare::loader().root(bench.path()).env(NOTHING).load());
    let tried: Vec<&str> = problem.tried().iter().map(config_core::Tried::source).collect();
    assert_eq!(tried, ["env", "dotenv", "file secrets.json"]);
}

#[test]
fn a_file_that_is_not_listed_is_not_looked_for() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env))]
    struct EnvAlone {
        #[setting(default = "default")]
        v: String,
    }
    let bench =
        Bench::with([(".env", "APP_V=dotenv\nAPP_X=1\n"), ("secrets.json", r#"{"v": "file"}"#)]);
    let loaded = EnvAlone::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
    assert_eq!(loaded.settings.v, "default");
    assert_eq!(messages(loaded.report.warnings()), [""; 0]);
}
