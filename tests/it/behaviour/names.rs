//! Names of variables: deprecated ones, and `NAME_FILE`.

use config_core::{ExposeSecret, ProblemKind, SecretBytes, SecretString, Secrets, WarningKind};
use config_tests::{Bench, NOTHING, kinds, messages, only};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv))]
struct Settings {
    #[secret(required, format = any, env = ["API_KEY", "OLD_KEY", "OLDER_KEY"])]
    api_key: SecretString,
}

fn from_env(variables: &[(&str, &str)]) -> config_core::Loader<Settings> {
    Settings::loader().env(variables.iter().copied())
}

#[test]
fn names_are_tried_in_order_inside_each_source() {
    let bench = Bench::with([(".env", "API_KEY=dotenv\n")]);
    let settings = from_env(&[("OLD_KEY", "env")]).root(bench.path()).load().unwrap();
    assert_eq!(
        settings.api_key.expose_secret(),
        "env",
        "an old name in a higher source beats a new one in a lower"
    );
}

#[test]
fn an_empty_new_name_lets_the_old_one_count() {
    let settings = from_env(&[("API_KEY", ""), ("OLD_KEY", "old")]).load().unwrap();
    assert_eq!(settings.api_key.expose_secret(), "old");
}

#[test]
fn every_name_after_the_first_is_deprecated_and_reported_when_used() {
    let bench = Bench::new();
    for (name, expected) in [
        ("API_KEY", vec![]),
        ("OLD_KEY", vec!["OLD_KEY is deprecated; use API_KEY"]),
        ("OLDER_KEY", vec!["OLDER_KEY is deprecated; use API_KEY"]),
    ] {
        let report = from_env(&[(name, "x")]).root(bench.path()).load_report().unwrap().report;
        assert_eq!(messages(report.warnings()), expected);
        assert!(
            report.warnings().iter().all(|warning| warning.kind() == WarningKind::DeprecatedName)
        );
    }
}

#[test]
fn a_deprecated_name_in_a_dotenv_file_is_reported_too() {
    let bench = Bench::with([(".env", "OLD_KEY=x\n")]);
    let report = from_env(&[]).root(bench.path()).load_report().unwrap().report;
    assert_eq!(messages(report.warnings()), ["OLD_KEY is deprecated; use API_KEY"]);
}

#[test]
fn a_secret_can_come_from_the_file_that_name_file_names() {
    let bench = Bench::with([("key.txt", "from file\n\n")]);
    let path = bench.at("key.txt").display().to_string();
    let loaded = from_env(&[("API_KEY_FILE", &path)]).root(bench.path()).load_report().unwrap();
    assert_eq!(loaded.settings.api_key.expose_secret(), "from file\n", "one line end is stripped");
    let origin = loaded.report.origin("api_key").unwrap();
    assert_eq!((origin.source(), origin.key()), ("env", "API_KEY_FILE"));
    assert_eq!(origin.file(), Some(bench.at("key.txt").as_path()));
}

#[test]
fn name_file_is_looked_at_only_when_the_name_is_absent_or_empty() {
    let bench = Bench::with([("key.txt", "from file")]);
    let load = |variables: &[(&str, &str)]| {
        from_env(variables).root(bench.path()).load().unwrap().api_key.expose_secret().to_owned()
    };
    assert_eq!(load(&[("API_KEY", "direct"), ("API_KEY_FILE", "none.txt")]), "direct");
    assert_eq!(load(&[("API_KEY", ""), ("API_KEY_FILE", "key.txt")]), "from file");
}

#[test]
fn a_file_that_name_file_names_must_be_there_and_be_text() {
    let bench = Bench::new();
    bench.write("latin.txt", b"caf\xe9");
    let load = |path: &str| only(from_env(&[("API_KEY_FILE", path)]).root(bench.path()).load());
    let missing = load("none.txt");
    assert_eq!((missing.path(), missing.kind()), ("api_key", ProblemKind::NotFound));
    assert_eq!(missing.origin().unwrap().key(), "API_KEY_FILE");
    assert_eq!(load("latin.txt").kind(), ProblemKind::Malformed);
}

#[test]
fn a_secret_in_the_place_of_its_file_is_not_shown() {
    let bench = Bench::new();
    for secret in ["hJq7Zt2Wx9pR4mKv8Ls3", "CorrectHorse", "opensesame"] {
        let loader = from_env(&[("API_KEY_FILE", secret)]).root(bench.path());
        let shown = loader.load().err().unwrap().to_string();
        assert!(shown.contains("API_KEY_FILE") && shown.contains("no such file"), "{shown}");
        assert!(shown.contains("has to hold the path of a file"), "{shown}");
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn bytes_from_a_file_are_whole() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Binary {
        #[secret(required, format = any)]
        seed: SecretBytes,
    }
    let bench = Bench::new();
    bench.write("seed.bin", b"\xff\x00\n");
    let seed =
        Binary::loader().root(bench.path()).env([("SEED_FILE", "seed.bin")]).load().unwrap().seed;
    assert_eq!(seed.expose_secret(), b"\xff\x00\n");
}

#[test]
fn name_file_is_for_secrets_alone() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env))]
    struct Plain {
        #[setting(default = "default")]
        host: String,
    }
    let bench = Bench::with([("host.txt", "from file")]);
    let loaded = Plain::loader()
        .root(bench.path())
        .env([("APP_HOST_FILE", "host.txt")])
        .load_report()
        .unwrap();
    assert_eq!(loaded.settings.host, "default");
    assert_eq!(loaded.report.warnings().len(), 1, "{}", loaded.report);
}

#[test]
fn that_a_name_and_its_file_are_both_set_is_found_by_explain() {
    let bench = Bench::with([("key.txt", "from file")]);
    let report = from_env(&[("API_KEY", "direct"), ("API_KEY_FILE", "key.txt")])
        .root(bench.path())
        .explain();
    let warnings = messages(report.warnings());
    assert_eq!(warnings.len(), 1, "{report}");
    assert!(warnings[0].contains("API_KEY and API_KEY_FILE are both set"), "{warnings:?}");
}

#[test]
fn names_with_a_dotenv_file_are_relative_to_that_file() {
    let bench =
        Bench::with([("conf/.env", "API_KEY_FILE=key.txt\n"), ("conf/key.txt", "beside it\n")]);
    let settings = from_env(&[]).root(bench.path()).dotenv("conf/.env").load().unwrap();
    assert_eq!(settings.api_key.expose_secret(), "beside it");
}

#[test]
fn derived_names_are_upper_case_and_keep_every_underscore() {
    #[derive(Secrets)]
    #[secrets(prefix = "MyApp", sources(env))]
    struct Cased {
        #[setting(required)]
        user_name_2: String,
        #[setting(required)]
        _hidden: String,
    }
    let names: Vec<&str> =
        Cased::schema().leaves().iter().map(|leaf| leaf.variables()[0]).collect();
    assert_eq!(names, ["MyApp_USER_NAME_2", "MyApp__HIDDEN"]);
    let missing = |path: &str| (path.to_owned(), ProblemKind::Missing);
    assert_eq!(
        kinds(Cased::loader().env(NOTHING).load()),
        [missing("user_name_2"), missing("_hidden")]
    );
    let cased = Cased::loader().env(names.into_iter().zip(["a", "b"])).load().unwrap();
    assert_eq!((cased.user_name_2.as_str(), cased._hidden.as_str()), ("a", "b"));
}
