//! `{profile}` and `{NAME}` in the places of sources.

use config_core::{ProblemKind, Secrets};
use config_tests::{Bench, NOTHING, only};

#[derive(Secrets)]
#[secrets(sources(file("{profile}.json"), file("{REGION}/app.json"), file("base.json")))]
struct Settings {
    #[setting(required)]
    v: String,
}

fn bench() -> Bench {
    Bench::with([
        ("blue.json", r#"{"v": "profile"}"#),
        ("eu/app.json", r#"{"v": "region"}"#),
        ("base.json", r#"{"v": "base"}"#),
    ])
}

#[test]
fn the_profile_and_variables_are_filled_in() {
    let bench = bench();
    let loader = || Settings::loader().root(bench.path());
    assert_eq!(loader().env([("REGION", "eu")]).profile("blue").load().unwrap().v, "profile");
    assert_eq!(loader().env([("REGION", "eu")]).load().unwrap().v, "region");
}

#[test]
fn an_entry_whose_variable_is_unset_or_empty_is_not_configured_and_is_passed_over() {
    let bench = bench();
    assert_eq!(Settings::loader().root(bench.path()).env(NOTHING).load().unwrap().v, "base");
    assert_eq!(
        Settings::loader().root(bench.path()).env([("REGION", "")]).load().unwrap().v,
        "base"
    );
}

#[test]
fn an_entry_that_is_not_configured_is_named_where_a_field_ends_up_missing() {
    let bench = Bench::new();
    let problem = only(Settings::loader().root(bench.path()).env(NOTHING).load());
    let tried: Vec<String> = problem.tried().iter().map(ToString::to_string).collect();
    assert_eq!(problem.kind(), ProblemKind::Missing);
    assert!(
        tried[0].contains("{profile}.json") && tried[0].contains("not configured"),
        "{tried:?}"
    );
    assert!(tried[1].contains("{REGION}") && tried[1].contains("REGION is not set"), "{tried:?}");
    assert_eq!(tried[2], "file base.json#v (no such file)");
}

#[test]
fn an_entry_that_a_profile_lists_itself_has_to_be_configured() {
    #[derive(Secrets)]
    #[secrets(sources(env), profile(production, sources(file("{REGION}.json"), env)))]
    struct Demanding {
        #[setting(required)]
        v: String,
    }
    let problem = only(Demanding::loader().env([("V", "env")]).profile("production").load());
    assert_eq!((problem.path(), problem.kind()), ("v", ProblemKind::NotConfigured));
    assert!(problem.message().contains("REGION"), "{problem}");
    assert_eq!(Demanding::loader().env([("V", "env")]).load().unwrap().v, "env");
}

#[test]
fn a_path_given_to_the_loader_is_taken_as_it_is() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Plain {
        #[setting(required)]
        v: String,
    }
    let bench = Bench::with([("{REGION}.json", r#"{"v": "braces"}"#)]);
    let settings = Plain::loader()
        .root(bench.path())
        .env([("REGION", "eu")])
        .file("{REGION}.json")
        .load()
        .unwrap();
    assert_eq!(settings.v, "braces");
}

#[test]
fn a_bare_dir_is_where_the_service_manager_says() {
    #[derive(Secrets)]
    #[secrets(sources(dir))]
    struct Credentials {
        #[setting(required)]
        v: String,
    }
    let bench = Bench::with([("credentials/v", "systemd\n")]);
    let place = bench.at("credentials").display().to_string();
    assert_eq!(
        Credentials::loader().env([("CREDENTIALS_DIRECTORY", place.as_str())]).load().unwrap().v,
        "systemd"
    );
}
