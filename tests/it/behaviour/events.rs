//! What is sent to `tracing`: whoever sees nothing else must know what is wrong, where, and what to do.

use config_core::{SecretString, Secrets};
use config_tests::{Bench, NOTHING, child, failure, listen};

const HIDDEN: &str = "hJq7Zt2Wx9pR4mKv8Ls3";

#[derive(Debug, Secrets)]
#[secrets(
    prefix = "APP",
    sources(env, file("app.json")),
    profile(production, sources(env)),
    profile(staging)
)]
#[expect(dead_code, reason = "it never loads")]
struct Settings {
    #[secret(required, format = "ck-*")]
    key: SecretString,
    #[setting(required, range = 1024..=65535)]
    port: u16,
    #[secret(required, format = any)]
    token: SecretString,
}

/// The lines of the level that a load which fails sends, without the directory of the test.
fn heard(level: &str, bench: &Bench, loader: config_core::Loader<Settings>) -> Vec<String> {
    let (error, heard) = listen::to_tracing(|| failure(loader.load()));
    assert!(!heard.contains(HIDDEN), "{heard}");
    assert!(error.iter().count() > 0);
    let lines = heard.lines().filter(|line| line.starts_with(level));
    lines.map(|line| bench.without_path(line)).collect()
}

#[test]
fn a_problem_is_an_event_with_its_kind_its_place_and_what_to_do() {
    let bench = Bench::with([("app.json", "{\n  \"port\": 80\n}")]);
    let loader = Settings::loader()
        .root(bench.path())
        .profile("staging")
        .env([("APP_KEY", HIDDEN), ("APP_TOKEN", "")]);
    let expected = [
        "ERROR config_core message=wrong format: expected the pattern ck-*; got 20 characters profile=staging path=key kind=WrongFormat source=env APP_KEY",
        "ERROR config_core message=80 is not within 1024..=65535 profile=staging path=port kind=OutOfRange source=file app.json#port (line 2, column 11)",
        "ERROR config_core message=empty profile=staging path=token kind=Empty tried=env APP_TOKEN (empty), file app.json#token (no such key) fix=set APP_TOKEN, or add token to app.json",
    ];
    assert_eq!(heard("ERROR", &bench, loader), expected);
}

#[test]
fn an_unknown_profile_is_an_event_too() {
    let loader = Settings::loader().profile("stagin").env(NOTHING);
    assert_eq!(
        heard("ERROR", &Bench::new(), loader),
        [
            "ERROR config_core message=`stagin` is not a declared profile path=profile kind=UnknownProfile source=the program fix=use one of production, staging; did you mean staging?"
        ]
    );
}

#[test]
fn so_is_a_warning_that_strict_makes_a_problem() {
    let bench = Bench::new();
    let loader = || {
        let right = [("APP_KEY", "ck-1"), ("APP_PORT", "8080"), ("APP_TOKEN", "x")];
        Settings::loader().root(bench.path()).env(right.into_iter().chain([("APP_PROT", "1")]))
    };
    let warning = "APP_PROT is set but no setting has that name; did you mean APP_PORT?";
    let strictly = format!("ERROR config_core message={warning} path=strict kind=UnknownName");
    assert_eq!(heard("ERROR", &bench, loader().strict()), [strictly]);
    assert!(heard("WARN", &bench, loader().strict()).is_empty(), "it is told once");
    let (_, all) = listen::to_tracing(|| loader().load().map(drop));
    assert!(all.contains(&format!("WARN config_core message={warning}\n")), "{all}");
}

#[test]
fn what_gave_how_many_fields_and_a_warning_are_heard_at_the_usual_level_and_the_fields_are_not() {
    let bench = Bench::new();
    let right = [("APP_KEY", "ck-1"), ("APP_PORT", "8080"), ("APP_TOKEN", "x"), ("APP_PROT", "1")];
    let load = || Settings::loader().root(bench.path()).env(right).load().map(drop);
    let (loaded, heard) = listen::to_tracing_from(listen::Level::INFO, load);
    assert!(loaded.is_ok());
    let warning = "APP_PROT is set but no setting has that name; did you mean APP_PORT?";
    let loads = "INFO config_core message=settings loaded fields=3 from=env 3\n";
    assert_eq!(heard, format!("{loads}WARN config_core message={warning}\n"));
    let (loaded, heard) = listen::to_tracing_from(listen::Level::ERROR, load);
    assert!(loaded.is_ok() && heard.is_empty(), "{heard}");
    let (_, heard) = listen::to_tracing_from(listen::Level::DEBUG, load);
    assert_eq!(heard.lines().filter(|line| line.starts_with("DEBUG")).count(), 3, "{heard}");
}

#[test]
fn a_load_that_finds_all_in_the_environment_of_the_process_warns_too() {
    if !child::is_child() {
        let test = "a_load_that_finds_all_in_the_environment_of_the_process_warns_too";
        child::again(module_path!(), test, Bench::new().path(), &[]);
        return;
    }
    let right = [("APP_KEY", "ck-1"), ("APP_PORT", "8080"), ("APP_TOKEN", "x"), ("APP_PROT", "1")];
    child::set_variables("APP_", right);
    let (loaded, heard) = listen::to_tracing_from(listen::Level::INFO, Settings::load);
    assert!(loaded.is_ok());
    assert!(heard.contains("WARN config_core message=APP_PROT is set"), "{heard}");
}

#[test]
fn a_name_asked_for_at_run_time_is_told_alike() {
    let bench = Bench::new();
    let (_, all) = listen::to_tracing(|| {
        Settings::loader().root(bench.path()).env(NOTHING).get("PLUGIN_TOKEN").map(drop)
    });
    let expected = "ERROR config_core message=missing path=PLUGIN_TOKEN kind=Missing tried=env PLUGIN_TOKEN (not set), file app.json#PLUGIN_TOKEN (no such file: app.json) fix=set PLUGIN_TOKEN, or add PLUGIN_TOKEN to app.json\n";
    assert_eq!(bench.without_path(all), expected);
}
