//! `{profile}` and `{NAME}` in the places of sources.

use config_core::{ProblemKind, Secrets};
use config_tests::child::{again, is_child};
use config_tests::{Bench, NOTHING, failure, only};

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
    let base = bench.path().join("base.json");
    assert_eq!(tried[2], format!("file base.json#v (no such file: {})", base.display()));
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

#[test]
fn a_relative_path_that_leads_nowhere_is_told_whole() {
    #[derive(Secrets)]
    #[secrets(sources(dotenv, file("settings.json"), dir("run")))]
    struct Relative {
        #[setting(required)]
        v: String,
    }
    if !is_child() {
        let bench = Bench::with([(".env", "OTHER=1"), ("there/.keep", "")]);
        let test = "a_relative_path_that_leads_nowhere_is_told_whole";
        again(module_path!(), test, bench.path(), &[]);
        return;
    }
    let here = std::env::current_dir().unwrap();
    let whole = |path: &str| here.join(path).display().to_string();
    let load = |loader: config_core::Loader<Relative>| only(loader.load().map(|loaded| loaded.v));

    let problem = load(Relative::loader());
    let tried: Vec<String> = problem.tried().iter().map(ToString::to_string).collect();
    assert_eq!(
        tried,
        [
            format!("dotenv V (not in {})", whole(".env")),
            format!("file settings.json#v (no such file: {})", whole("settings.json")),
            format!("dir run/v (no such directory: {})", whole("run")),
        ]
    );
    assert_eq!(
        load(Relative::loader().dir("there")).tried()[2].to_string(),
        format!("dir there/v (no such file: {})", whole("there/v"))
    );
    for (loader, of) in [
        (Relative::loader().dotenv("given.env"), "dotenv"),
        (Relative::loader().file("given.env"), "file"),
        (Relative::loader().dir("given.env"), "dir"),
    ] {
        let error = failure(loader.load());
        let place = error.iter().next().unwrap();
        assert_eq!(place.path(), format!("{of} {}", whole("given.env")), "{error}");
    }
}
