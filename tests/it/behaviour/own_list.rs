//! A field's own list of sources.

use config_core::{ExposeSecret, Memory, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, only};

#[derive(Secrets)]
#[secrets(
    sources(env, dotenv, file("app.json")),
    profile(production, sources(env, file("app.json")))
)]
struct Settings {
    #[secret(required, format = any, sources(dotenv, env))]
    key: SecretString,
    #[setting(default = "default")]
    plain: String,
}

fn key(loader: config_core::Loader<Settings>) -> String {
    loader.load().unwrap().key.expose_secret().to_owned()
}

#[test]
fn a_field_has_its_own_order_and_choice() {
    let bench =
        Bench::with([(".env", "KEY=dotenv\nPLAIN=dotenv\n"), ("app.json", r#"{"key": "file"}"#)]);
    let loader = || Settings::loader().root(bench.path());
    assert_eq!(key(loader().env([("KEY", "env")])), "dotenv");
    assert_eq!(loader().env([("PLAIN", "env")]).load().unwrap().plain, "env");
    bench.write(".env", "");
    assert_eq!(key(loader().env([("KEY", "env")])), "env");
    assert_eq!(
        only(loader().env(NOTHING).load()).kind(),
        ProblemKind::Missing,
        "the file is not in its list"
    );
}

#[test]
fn the_profile_is_a_ceiling_over_a_field_s_own_list() {
    let bench = Bench::with([(".env", "KEY=dotenv\n")]);
    let loader = || Settings::loader().root(bench.path()).profile("production");
    assert_eq!(key(loader().env([("KEY", "env")])), "env");
    let problem = only(loader().env(NOTHING).load());
    let tried: Vec<&str> = problem.tried().iter().map(config_core::Tried::source).collect();
    assert_eq!(tried, ["env"], "neither .env nor the file is asked");
}

#[test]
fn a_kind_that_stands_twice_can_be_meant_by_its_name() {
    #[derive(Secrets)]
    #[secrets(sources(file@eu("eu.json"), file@us("us.json")))]
    struct Regions {
        #[setting(required)]
        any: String,
        #[setting(required, sources(file@us))]
        us: String,
        #[setting(required, sources(file@us, file@eu))]
        turned: String,
    }
    let bench = Bench::with([
        ("eu.json", r#"{"any": "eu", "us": "eu", "turned": "eu"}"#),
        ("us.json", r#"{"any": "us", "us": "us", "turned": "us"}"#),
    ]);
    let loaded = Regions::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
    let regions = loaded.settings;
    assert_eq!([regions.any.as_str(), &regions.us, &regions.turned], ["eu", "us", "us"]);
    assert_eq!(loaded.report.origin("us").unwrap().source(), "file@us us.json");
}

#[test]
fn a_field_may_name_a_source_of_the_program() {
    #[derive(Secrets)]
    #[secrets(sources(env, "mine"))]
    struct Named {
        #[setting(required, sources("mine"))]
        v: String,
    }
    let mine = Memory::pairs("mine", [("v", "mine")]);
    assert_eq!(Named::loader().env([("V", "env")]).source(mine).load().unwrap().v, "mine");
}

#[test]
fn a_declared_key_is_the_only_one_that_is_looked_for_in_its_source() {
    #[derive(Secrets)]
    #[secrets(sources(file("app.json"), dir("secrets")))]
    struct Keyed {
        #[setting(default = "default", file = "deep.key", dir = "other-name")]
        v: String,
    }
    let bench = Bench::with([
        ("app.json", r#"{"v": "no", "deep": {"key": "file"}}"#),
        ("secrets/other-name", "dir"),
    ]);
    let load = || Keyed::loader().root(bench.path()).env(NOTHING).load().unwrap().v;
    assert_eq!(load(), "file");
    bench.write("app.json", r#"{"v": "no"}"#);
    assert_eq!(load(), "dir");
    bench.write("secrets/other-name", "");
    bench.write("secrets/v", "no");
    assert_eq!(load(), "default");
}

#[test]
fn a_nested_struct_can_be_rebased_in_a_file() {
    #[derive(Secrets)]
    #[secrets(sources(file("app.json")))]
    struct Outer {
        #[nested(file = "database.postgres")]
        db: Inner,
    }
    #[derive(Secrets)]
    struct Inner {
        #[setting(required)]
        host: String,
    }
    let bench = Bench::with([(
        "app.json",
        r#"{"db": {"host": "no"}, "database": {"postgres": {"host": "yes"}}}"#,
    )]);
    assert_eq!(Outer::loader().root(bench.path()).env(NOTHING).load().unwrap().db.host, "yes");
}
