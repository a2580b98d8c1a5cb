//! D: `.env` files.

use std::collections::BTreeMap;

use config_core::{ExposeSecret, ProblemKind, Secrets, WarningKind};
use config_tests::{Bench, NOTHING, failure, messages, only};
use serde::Deserialize;

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv))]
struct Settings {
    #[setting(default = "default")]
    apple: String,
    #[setting(default = "default")]
    pear: String,
}

#[test]
fn d02_a_variable_beats_the_line_of_a_file() {
    let bench = Bench::with([(".env", "APP_APPLE=file\nAPP_PEAR=file\n")]);
    let settings =
        Settings::loader().root(bench.path()).env([("APP_APPLE", "variable")]).load().unwrap();
    assert_eq!((settings.apple.as_str(), settings.pear.as_str()), ("variable", "file"));
}

#[test]
fn d03_export_is_accepted_and_the_variable_still_wins() {
    let bench = Bench::with([(".env", "export APP_APPLE=file\nexport APP_PEAR=file\n")]);
    let settings =
        Settings::loader().root(bench.path()).env([("APP_APPLE", "variable")]).load().unwrap();
    assert_eq!((settings.apple.as_str(), settings.pear.as_str()), ("variable", "file"));
}

/// Ours: the problem shows the key and never its value.
#[test]
fn d05_under_strict_an_extra_key_is_a_problem_that_shows_the_key_alone() {
    let bench = Bench::with([(".env", "APP_F=Zm9vYmFyYmF6\n")]);
    let error = failure(Settings::loader().root(bench.path()).env(NOTHING).strict().load());
    let problem = error.iter().next().unwrap();
    assert_eq!((error.iter().count(), problem.kind()), (1, ProblemKind::UnknownName));
    assert!(problem.message().contains("APP_F"), "{error}");
    assert!(!error.to_string().contains("Zm9v"), "{error}");
}

#[test]
fn d06_extra_keys_are_let_be_and_can_be_asked_for_by_name() {
    let bench = Bench::with([(".env", "APP_EXTRA=more\nAPP_APPLE=red\n")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().load().unwrap().apple, "red");
    assert_eq!(loader().get("APP_EXTRA").unwrap().expose_secret(), "more");
}

#[test]
fn d08_names_close_to_a_known_one_are_extras() {
    #[derive(Secrets)]
    #[secrets(prefix = "POSTGRES", sources(dotenv))]
    struct Postgres {
        #[setting(required)]
        user: String,
    }
    let bench = Bench::with([(".env", "POSTGRES_USER=a\nPOSTGRES_USER_2=b\nPOSTGRES_NAME=c\n")]);
    let loaded = Postgres::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
    assert_eq!(loaded.settings.user, "a");
    let warnings = loaded.report.warnings();
    assert!(
        warnings.iter().all(|warning| warning.kind() == WarningKind::UnknownName),
        "{}",
        loaded.report
    );
    let texts = messages(warnings);
    assert_eq!(texts.len(), 2);
    for name in ["POSTGRES_USER_2", "POSTGRES_NAME"] {
        let told = |text: &String| {
            text.contains(name) && text.contains("is set but no setting has that name")
        };
        assert!(texts.iter().any(told), "{texts:?}");
    }
}

#[test]
fn d09_a_key_that_begins_like_a_map_is_not_part_of_it() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(dotenv))]
    struct Settings {
        #[setting]
        db: Option<BTreeMap<String, String>>,
    }
    let bench = Bench::with([(".env", "APP_DBX_TOKEN=a\nAPP_DB_TOKEN=b\n")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().load().unwrap().db, None);
    let problems = failure(loader().strict().load());
    assert!(
        problems.iter().all(|problem| problem.kind() == ProblemKind::UnknownName),
        "{problems}"
    );
    assert_eq!(problems.iter().count(), 2);
}

#[test]
fn d11_keys_are_case_sensitive() {
    let bench = Bench::with([(".env", "app_apple=a\nApp_Pear=b\n")]);
    let settings = Settings::loader().root(bench.path()).env(NOTHING).load().unwrap();
    assert_eq!((settings.apple.as_str(), settings.pear.as_str()), ("default", "default"));
}

/// Ours: files are UTF-8, and there is no option for another encoding.
#[test]
fn d12_a_file_in_latin_1_is_malformed_and_its_place_is_told() {
    let bench = Bench::new();
    bench.write(".env", b"APP_PEAR=green\nAPP_APPLE=caf\xe9\n");
    let error = failure(Settings::loader().root(bench.path()).env(NOTHING).load());
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Malformed), "{error}");
    let origin = error.iter().next().unwrap().origin().unwrap();
    assert_eq!(origin.position().to_string(), "line 2, column 14");
}

#[test]
fn d14_another_path_takes_the_place_of_the_files_and_a_profile_can_do_without_them() {
    #[derive(Secrets)]
    #[secrets(sources(env, dotenv), profile(production, sources(env)))]
    struct Settings {
        #[setting(default = "default")]
        apple: String,
    }
    let bench = Bench::with([(".env", "APPLE=found\n"), ("other.env", "APPLE=other\n")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().load().unwrap().apple, "found");
    assert_eq!(loader().dotenv("other.env").load().unwrap().apple, "other");
    assert_eq!(loader().profile("production").load().unwrap().apple, "default");
}

/// Ours: a directory given for `.env` files is looked through for the four; where a file is meant it is a problem.
#[test]
fn d15_a_directory_where_a_file_is_meant_is_a_problem() {
    let bench =
        Bench::with([("deploy/.env", "APP_APPLE=deploy\n"), ("secrets.json/inner.json", "{}")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().dotenv("deploy").load().unwrap().apple, "deploy");
    assert!(failure(loader().file("secrets.json").load()).to_string().contains("is a directory"));
}

/// Ours: of two files the first one listed wins.
#[test]
fn d17_of_several_files_the_first_wins_and_the_others_fill_the_gaps() {
    let bench = Bench::with([
        ("base.env", "APP_APPLE=base\nAPP_PEAR=base\n"),
        ("prod.env", "APP_APPLE=prod\n"),
    ]);
    let loader =
        Settings::loader().root(bench.path()).env(NOTHING).dotenv("prod.env").dotenv("base.env");
    let settings = loader.load().unwrap();
    assert_eq!((settings.apple.as_str(), settings.pear.as_str()), ("prod", "base"));
}

/// Ours: a line without `=` is an error with its place, and is not quoted.
#[test]
fn d18_a_line_without_an_equals_sign_is_an_error_that_does_not_quote_it() {
    let bench = Bench::with([(".env", "APP_APPLE=a\nNOT_AN_ASSIGNMENT\n")]);
    let error = failure(Settings::loader().root(bench.path()).env(NOTHING).load());
    let problem = error.iter().next().unwrap();
    assert_eq!(problem.kind(), ProblemKind::Malformed);
    assert_eq!(problem.origin().unwrap().position().line, 2);
    assert!(!error.to_string().contains("NOT_AN"), "{error}");
}

/// Ours: the first listed wins, wherever it lies.
#[test]
fn d20_the_order_of_the_list_counts_and_not_the_depth_of_the_files() {
    let bench =
        Bench::with([("a/b/c/deep.env", "APP_APPLE=deep\n"), ("top.env", "APP_APPLE=top\n")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert_eq!(loader().dotenv("top.env").dotenv("a/b/c/deep.env").load().unwrap().apple, "top");
    assert_eq!(loader().dotenv("a/b/c/deep.env").dotenv("top.env").load().unwrap().apple, "deep");
}

#[cfg(unix)]
#[test]
fn d21_a_named_pipe_is_read_like_a_file() {
    let bench = Bench::new();
    let pipe = bench.at("pipe.env");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, "APP_APPLE=piped\n")
    });
    let settings = Settings::loader().root(bench.path()).env(NOTHING).dotenv(&pipe).load().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(settings.apple, "piped");
}

#[test]
fn d23_keys_without_the_prefix_are_passed_over_in_silence() {
    let bench = Bench::with([(".env", "APP_APPLE=a\nPEAR=b\nOTHER=c\nAPP_B=d\n")]);
    let loaded = Settings::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
    assert_eq!((loaded.settings.apple.as_str(), loaded.settings.pear.as_str()), ("a", "default"));
    let [warning] = loaded.report.warnings() else { panic!("{}", loaded.report) };
    assert!(warning.to_string().contains("APP_B"), "{warning}");
}

#[test]
fn d24_json_in_quotes_is_read_as_a_structure() {
    #[derive(Deserialize)]
    struct Data {
        foo: String,
    }
    #[derive(Secrets)]
    #[secrets(sources(dotenv))]
    struct Settings {
        #[setting(required)]
        data: Data,
    }
    let bench = Bench::with([(".env", "DATA='{\"foo\":\"bar\"}'\n")]);
    assert_eq!(Settings::loader().root(bench.path()).env(NOTHING).load().unwrap().data.foo, "bar");
}

#[test]
fn d26_a_raw_name_may_carry_the_prefix_and_is_then_no_extra() {
    #[derive(Secrets)]
    #[secrets(prefix = "XXX", sources(dotenv))]
    struct Full {
        #[setting(required, env = "XXX__BAR")]
        foo: u8,
    }
    #[derive(Secrets)]
    #[secrets(prefix = "XXX", sources(dotenv))]
    struct Bare {
        #[setting(default = 1, env = "BAR")]
        foo: u8,
    }
    let bench = Bench::with([(".env", "XXX__BAR=2\n")]);
    let loaded = Full::loader().root(bench.path()).env(NOTHING).strict().load().unwrap();
    assert_eq!(loaded.foo, 2);
    let problem = only(Bare::loader().root(bench.path()).env(NOTHING).strict().load());
    assert_eq!(problem.kind(), ProblemKind::UnknownName);
    assert!(problem.message().contains("XXX__BAR"), "{problem}");
    assert_eq!(Bare::loader().root(bench.path()).env(NOTHING).load().unwrap().foo, 1);
}
