//! Names known only at run time, the plan, and settings of the whole process.

use config_core::{ExposeSecret, Memory, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, failure, only};

#[derive(Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, dotenv, file("app.json")),
    profile(production, sources(env))
)]
#[expect(dead_code, reason = "its sources count")]
struct Settings {
    #[secret(required, format = any)]
    key: SecretString,
    #[setting(default = 8080)]
    port: u16,
}

#[test]
fn a_name_is_found_by_the_same_sources_and_order() {
    let bench = Bench::with([
        (".env", "PLUGIN_A=dotenv\nPLUGIN_B=dotenv\n"),
        ("app.json", r#"{"PLUGIN_C": "file"}"#),
    ]);
    let get = |name: &str| {
        let loader = Settings::loader().root(bench.path()).env([("PLUGIN_A", "env")]);
        loader.get(name).unwrap().expose_secret().to_owned()
    };
    assert_eq!([get("PLUGIN_A"), get("PLUGIN_B"), get("PLUGIN_C")], ["env", "dotenv", "file"]);
}

#[test]
fn a_name_follows_the_profile() {
    let bench = Bench::with([(".env", "PLUGIN=dotenv\n")]);
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    assert!(loader().get("PLUGIN").is_ok());
    let problem = only(loader().profile("production").get("PLUGIN"));
    let tried: Vec<String> = problem.tried().iter().map(ToString::to_string).collect();
    assert_eq!(
        (problem.kind(), tried),
        (ProblemKind::Missing, vec!["env PLUGIN (not set)".to_owned()])
    );
}

#[test]
fn a_name_can_come_from_its_file_and_from_a_source_of_the_program() {
    let bench = Bench::with([("plugin.txt", "from file\n")]);
    let loader = || Settings::loader().root(bench.path());
    let found = loader().env([("PLUGIN_FILE", "plugin.txt")]).get("PLUGIN").unwrap();
    assert_eq!(found.expose_secret(), "from file");
    let held = loader()
        .env(NOTHING)
        .source(Memory::pairs("held", [("PLUGIN", "held")]))
        .get("PLUGIN")
        .unwrap();
    assert_eq!(held.expose_secret(), "held");
}

#[test]
fn a_name_that_is_empty_or_no_name_or_not_text_is_a_problem() {
    let bench = Bench::with([("app.json", r#"{"LIST": [1], "DEEP": {"a": "b"}}"#)]);
    let get = |name: &str| {
        only(Settings::loader().root(bench.path()).env([("EMPTY", "")]).get(name)).kind()
    };
    assert_eq!(get("EMPTY"), ProblemKind::Empty);
    assert_eq!(get("LIST"), ProblemKind::WrongType);
    assert_eq!(get("DEEP"), ProblemKind::WrongType);
    for name in ["", "A=B", "A\0B"] {
        assert!(failure(Settings::loader().env(NOTHING).get(name)).iter().count() == 1, "{name:?}");
    }
}

#[test]
fn a_source_that_fails_fails_the_name_too() {
    let bench = Bench::with([("app.json", "{")]);
    let problem = only(Settings::loader().root(bench.path()).env(NOTHING).get("PLUGIN"));
    assert_eq!(problem.kind(), ProblemKind::Malformed);
}

#[test]
fn a_plan_tells_what_would_be_asked_without_asking() {
    let bench = Bench::with([("app.json", "{ broken")]);
    let plan = Settings::loader().root(bench.path()).env(NOTHING).plan().unwrap();
    let labels: Vec<&str> = plan.sources().iter().map(config_core::PlannedSource::label).collect();
    assert_eq!(labels, ["env", "dotenv", "file app.json"]);
    assert!(plan.sources().iter().all(|source| source.fields() == 2 && !source.is_remote()));
    assert_eq!(plan.round_trips(), 0);
    assert!(bench.without_path(&plan).contains("reads the file app.json"), "{plan}");
}

#[test]
fn a_plan_counts_the_round_trips_to_remote_sources_as_one() {
    use config_tests::sources::{Meeting, Silent};

    let meeting = Meeting::of(2);
    let loader = Settings::loader().root(Bench::new().path()).env(NOTHING);
    let plan =
        loader.source(meeting.member("one", [("port", "1")])).source(Silent("two")).plan().unwrap();
    assert_eq!(plan.round_trips(), 1);
}

#[test]
fn a_plan_of_an_unknown_profile_is_its_problem() {
    let problem = only(Settings::loader().profile("prod").plan());
    assert_eq!(problem.kind(), ProblemKind::UnknownProfile);
}

#[test]
fn the_schema_has_every_field_nested_ones_included() {
    /// The whole.
    #[derive(Secrets)]
    #[secrets(prefix = "APP")]
    #[expect(dead_code, reason = "its declaration counts")]
    struct Outer {
        /// The port.
        #[setting(default = 8080)]
        port: u16,
        #[nested]
        inner: Option<Inner>,
    }
    #[derive(Secrets)]
    #[expect(dead_code, reason = "its declaration counts")]
    struct Inner {
        #[secret(required, format = any, env = ["NEW", "OLD"])]
        key: SecretString,
    }
    let schema = Outer::schema();
    assert_eq!((schema.name(), schema.doc(), schema.prefix()), ("Outer", "The whole.", "APP"));
    let leaves: Vec<_> =
        schema.leaves().iter().map(|leaf| (leaf.path(), leaf.variables())).collect();
    assert_eq!(
        leaves,
        [("port", ["APP_PORT"].as_slice()), ("inner.key", ["NEW", "OLD"].as_slice())]
    );
    assert_eq!(schema.leaves()[0].field().doc(), "The port.");
}
