//! P: who wins.

use config_core::{ProblemKind, Secrets};
use config_tests::{Bench, NOTHING, only};

#[test]
fn p01_the_default_order_is_the_program_then_env_then_dotenv_then_file_then_defaults() {
    #[derive(Secrets)]
    struct Settings {
        #[setting(default = "default")]
        v: String,
    }
    let bench = Bench::new();
    let loader = || Settings::loader().root(bench.path());
    assert_eq!(loader().env(NOTHING).load().unwrap().v, "default");
    bench.write("secrets.json", r#"{"v": "file"}"#);
    assert_eq!(loader().env(NOTHING).load().unwrap().v, "file");
    bench.write(".env", "V=dotenv\n");
    assert_eq!(loader().env(NOTHING).load().unwrap().v, "dotenv");
    assert_eq!(loader().env([("V", "env")]).load().unwrap().v, "env");
    assert_eq!(loader().env([("V", "env")]).set("v", "set").load().unwrap().v, "set");
}

#[test]
fn p03_sources_meet_field_by_field() {
    #[derive(Secrets)]
    #[secrets(sources(env, dotenv, file("app.json")))]
    struct Settings {
        #[setting(default = "default")]
        a: String,
        #[setting(required)]
        b: String,
        #[nested]
        nested: Point,
    }
    #[derive(Secrets)]
    struct Point {
        #[setting(required)]
        x: u8,
        #[setting(required)]
        y: u8,
        #[setting(required)]
        z: u8,
    }
    let bench =
        Bench::with([(".env", "NESTED_X=1\n"), ("app.json", r#"{"nested": {"y": 2, "z": 4}}"#)]);
    let settings = Settings::loader()
        .root(bench.path())
        .env([("NESTED_Y", "3")])
        .set("b", "program")
        .load()
        .unwrap();
    assert_eq!((settings.a.as_str(), settings.b.as_str()), ("default", "program"));
    assert_eq!((settings.nested.x, settings.nested.y, settings.nested.z), (1, 3, 4));
}

#[test]
fn p04_the_order_of_the_list_is_the_order_of_the_sources() {
    #[derive(Secrets)]
    #[secrets(sources(file("app.json"), env))]
    struct Settings {
        #[setting(required)]
        both: String,
        #[setting(required)]
        only_env: String,
    }
    let bench = Bench::with([("app.json", r#"{"both": "file"}"#)]);
    let settings = Settings::loader()
        .root(bench.path())
        .env([("BOTH", "env"), ("ONLY_ENV", "env")])
        .load()
        .unwrap();
    assert_eq!((settings.both.as_str(), settings.only_env.as_str()), ("file", "env"));
}

/// Ours: a place reads variables, and nothing else that was loaded before.
#[test]
fn p07_a_variable_can_tell_where_another_source_is() {
    #[derive(Secrets)]
    #[secrets(sources(env, file("{PROJECT}/app.json")))]
    struct Settings {
        #[setting(required)]
        v: String,
    }
    let bench =
        Bench::with([("blue/app.json", r#"{"v": "blue"}"#), ("red/app.json", r#"{"v": "red"}"#)]);
    for project in ["blue", "red"] {
        assert_eq!(
            Settings::loader().root(bench.path()).env([("PROJECT", project)]).load().unwrap().v,
            project
        );
    }
}

/// Ours: a path that the program sets is exact, and one that no field has is a problem.
#[test]
fn p09_a_path_set_in_another_case_is_a_problem() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Settings {
        #[setting(default = "default")]
        test: String,
    }
    assert_eq!(Settings::loader().env(NOTHING).set("test", "x").load().unwrap().test, "x");
    assert_eq!(
        only(Settings::loader().env(NOTHING).set("TeSt", "x").load()).kind(),
        ProblemKind::UnknownName
    );
}

/// Ours: a load makes a new whole; what was loaded before is never changed under its reader.
#[test]
fn p10_a_second_load_reads_everything_anew_and_leaves_the_first_alone() {
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Settings {
        #[setting(default = "default")]
        v: String,
    }
    let bench = Bench::with([("app.json", r#"{"v": "one"}"#)]);
    let load = || Settings::loader().root(bench.path()).env(NOTHING).load().unwrap();
    let first = load();
    bench.write("app.json", r#"{"v": "two"}"#);
    let second = load();
    bench.write("app.json", "{}");
    assert_eq!([first.v, second.v, load().v], ["one", "two", "default"]);
}
