//! Values that a declared command prints.

use std::time::{Duration, Instant};

use config_core::{ExposeSecret, Loader, OnFailure, ProblemKind, SecretString, Secrets};
use config_tests::{Bench, NOTHING, block_on, only};

use crate::runtimes::{Bed, everywhere};

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, exec))]
struct Each {
    #[secret(required, format = any, exec = "cat token")]
    token: SecretString,
    #[secret(format = any, exec = "cat all.json #db.password")]
    password: Option<SecretString>,
    #[setting(default = 25)]
    port: u16,
}

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, exec("cat {profile}.json")))]
struct Whole {
    #[secret(required, format = any)]
    token: SecretString,
    #[nested]
    db: Db,
}

#[derive(Debug, Secrets)]
struct Db {
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(default = 5432)]
    port: u16,
}

fn bench() -> Bench {
    let document = r#"{"token": "one", "db": {"password": "two", "port": 1}}"#;
    Bench::with([("token", "canary\n"), ("all.json", document), ("staging.json", document)])
}

#[test]
fn a_field_names_its_own_command_and_a_key_in_what_it_prints() {
    let bench = bench();
    let loader = || Each::loader().root(bench.path()).env(NOTHING);
    let loaded = loader().load_report().unwrap();
    assert_eq!(loaded.settings.token.expose_secret(), "canary");
    assert_eq!(loaded.settings.password.unwrap().expose_secret(), "two");
    assert_eq!(loaded.settings.port, 25);
    let origin = |path| loaded.report.origin(path).unwrap().to_string();
    assert_eq!(origin("token"), "exec cat token");
    assert_eq!(origin("password"), "exec cat all.json#db.password");
    let settings = block_on(loader().load_async()).unwrap();
    assert_eq!(settings.token.expose_secret(), "canary");
}

#[test]
fn a_command_of_the_list_prints_all_fields_as_one_object() {
    let bench = bench();
    let loader = Whole::loader().root(bench.path()).env(NOTHING).profile("staging");
    let loaded = loader.load_report().unwrap();
    assert_eq!(loaded.settings.token.expose_secret(), "one");
    assert_eq!((loaded.settings.db.password.expose_secret(), loaded.settings.db.port), ("two", 1));
    let origin = loaded.report.origin("db.password").unwrap().to_string();
    assert_eq!(origin, "exec cat staging.json#db.password");
}

#[test]
fn a_higher_source_spares_the_command() {
    #[derive(Debug, Secrets)]
    #[secrets(prefix = "APP", sources(env, exec))]
    struct Spared {
        #[secret(required, format = any, exec = "touch was-run")]
        token: SecretString,
    }
    let bench = Bench::new();
    let loader = || Spared::loader().root(bench.path());
    let spared = loader().env([("APP_TOKEN", "x")]).load().unwrap();
    assert_eq!(spared.token.expose_secret(), "x");
    assert!(!bench.at("was-run").exists());
    println!("{}", loader().env(NOTHING).plan().unwrap());
    assert!(!bench.at("was-run").exists());
    assert_eq!(only(loader().env(NOTHING).load()).kind(), ProblemKind::Empty);
    assert!(bench.at("was-run").exists());
}

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(exec, "below"))]
struct Failing {
    #[secret(required, format = any, exec = "sh -c 'echo canary; echo canary >&2; exit 3'")]
    token: SecretString,
}

#[test]
fn a_command_that_fails_fails_the_field_and_shows_nothing_of_what_it_said() {
    let below = || config_core::Memory::pairs("below", [("token", "weaker")]);
    let error = Failing::loader().env(NOTHING).source(below()).load().unwrap_err();
    let problem = error.iter().next().unwrap();
    assert_eq!(problem.kind(), ProblemKind::Unreachable);
    assert!(problem.message().contains("ended with status 3 (7 bytes on"), "{error}");
    assert!(problem.hint().unwrap().starts_with("run it by hand to see why: sh -c"), "{error}");
    let loader = Failing::loader().env(NOTHING).source(below());
    let settings = loader.on_failure("exec", OnFailure::Fallthrough).load().unwrap();
    assert_eq!(settings.token.expose_secret(), "weaker");
}

#[derive(Debug, Secrets)]
#[secrets(sources(exec("sleep 60"), exec("echo '{}'")))]
struct Slow {
    #[setting(default = 1)]
    port: u16,
}

#[test]
fn a_command_that_is_late_is_unreachable_by_the_deadline_of_the_load() {
    let loader = || Slow::loader().env(NOTHING).deadline(Duration::from_secs(3));
    let set = loader().set("port", 2).load().unwrap();
    assert_eq!(set.port, 2);
    let begin = Instant::now();
    let problem = only(loader().load());
    assert_eq!(problem.kind(), ProblemKind::Unreachable);
    assert!(problem.message().contains("was stopped"), "{}", problem.message());
    let problem = only(block_on(loader().load_async()));
    assert_eq!(problem.kind(), ProblemKind::Unreachable);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn explaining_tells_of_each_command() {
    let bench = bench();
    let report = Each::loader().root(bench.path()).env([("APP_TOKEN", "x")]).explain().to_string();
    assert!(report.contains("exec cat token"), "{report}");
    assert!(!report.contains("canary"), "{report}");
}

struct Commands(Bench);

impl Bed for Commands {
    type Settings = Each;

    fn loader(&self) -> Loader<Each> {
        Each::loader().root(self.0.path()).env(NOTHING)
    }

    fn check(&self, settings: &Each) {
        assert_eq!(settings.token.expose_secret(), "canary");
    }
}

#[test]
fn commands_are_run_on_any_runtime_and_on_none() {
    everywhere(Commands(bench()));
}
