//! Warnings: names that nobody claims, files that others may read; and `.strict()`.

use config_core::{ProblemKind, SecretString, Secrets, WarningKind};
use config_tests::{Bench, NOTHING, failure, messages, only};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("app.json"), dir("secrets")))]
#[expect(dead_code, reason = "its names count")]
struct Settings {
    #[setting(default = 8080)]
    port: u16,
    #[secret(format = any)]
    key: Option<SecretString>,
    #[nested]
    smtp: Smtp,
}

#[derive(Secrets)]
#[expect(dead_code, reason = "its names count")]
struct Smtp {
    #[setting(default = "localhost")]
    host: String,
}

fn warnings(bench: &Bench, variables: &[(&str, &str)]) -> Vec<String> {
    let report = Settings::loader()
        .root(bench.path())
        .env(variables.iter().copied())
        .load_report()
        .unwrap()
        .report;
    messages(report.warnings()).into_iter().map(|text| bench.without_path(text)).collect()
}

#[test]
fn a_variable_with_the_prefix_that_no_setting_has_is_a_warning_with_a_suggestion() {
    let bench = Bench::new();
    let found = warnings(
        &bench,
        &[("APP_PROT", "1"), ("APP_SMTP_HOTS", "x"), ("APPLE", "1"), ("PORT", "2")],
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].ends_with("APP_PROT is set but no setting has that name; did you mean APP_PORT?"),
        "{found:?}"
    );
    assert!(
        found[1].contains("APP_SMTP_HOTS") && found[1].ends_with("did you mean APP_SMTP_HOST?"),
        "{found:?}"
    );
}

#[test]
fn a_name_that_is_like_none_has_no_suggestion() {
    let found = warnings(&Bench::new(), &[("APP_SOMETHING_ELSE", "1")]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].ends_with("APP_SOMETHING_ELSE is set but no setting has that name"),
        "{found:?}"
    );
}

#[test]
fn the_file_variable_of_a_secret_is_claimed() {
    let bench = Bench::with([("key.txt", "x")]);
    assert_eq!(warnings(&bench, &[("APP_KEY_FILE", "key.txt")]), [""; 0]);
}

#[test]
fn the_profile_variable_is_claimed() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env), profile_env = "APP_ENV", profile(production))]
    struct Profiled {
        #[setting(default = 1)]
        v: u8,
    }
    let loaded = Profiled::loader().env([("APP_ENV", "production")]).strict().load();
    assert_eq!(loaded.unwrap().v, 1);
}

#[test]
fn a_variable_that_a_place_uses_is_claimed() {
    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env, file("{APP_REGION}.json")))]
    struct Placed {
        #[setting(default = 1)]
        v: u8,
    }
    let bench = Bench::new();
    let loaded = Placed::loader().root(bench.path()).env([("APP_REGION", "eu")]).strict().load();
    assert_eq!(loaded.unwrap().v, 1);
}

#[test]
fn unknown_keys_of_files_name_their_place() {
    let bench = Bench::with([
        (".env", "APP_KEYS=1\n"),
        ("app.json", "{\n  \"foreign\": 1,\n  \"smtp\": {\n    \"hots\": \"x\"\n  }\n}"),
        ("secrets/APP_PORTS", "1"),
    ]);
    let found = warnings(&bench, &[]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].contains("APP_KEYS") && found[0].contains(".env, line 1, column 1"),
        "{found:?}"
    );
    assert!(found[1].contains("smtp.hots") && found[1].contains("line 4"), "{found:?}");
    assert!(found[2].contains("APP_PORTS"), "{found:?}");
}

#[test]
fn a_key_that_stands_twice_in_a_dotenv_file_is_a_warning_and_the_last_counts() {
    let bench = Bench::with([(".env", "APP_PORT=1\nAPP_PORT=2\n")]);
    let loaded = Settings::loader().root(bench.path()).env(NOTHING).load_report().unwrap();
    assert_eq!(loaded.settings.port, 2);
    let [warning] = loaded.report.warnings() else { panic!("{}", loaded.report) };
    assert_eq!(warning.kind(), WarningKind::Source);
    assert!(warning.to_string().contains("APP_PORT stands 2 times"), "{warning}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let bench =
        Bench::with([(".env", "APP_PORT=1\n"), ("app.json", r#"{"smtp": {"host": "mx"}}"#)]);
    assert_eq!(warnings(&bench, &[]), [""; 0]);
    for name in [".env", "app.json"] {
        std::fs::set_permissions(bench.at(name), std::fs::Permissions::from_mode(0o640)).unwrap();
    }
    let found = warnings(&bench, &[]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .all(|text| text.contains("can be read by other users") && text.contains("chmod 600"))
    );
}

#[test]
fn under_strict_every_warning_is_a_problem() {
    let bench = Bench::with([(".env", "APP_PORT=1\nAPP_PORT=2\n")]);
    let loader = || Settings::loader().root(bench.path()).env([("APP_PROT", "1")]);
    assert_eq!(loader().load().unwrap().port, 2);
    let error = failure(loader().strict().load());
    let kinds: Vec<ProblemKind> = error.iter().map(config_core::Problem::kind).collect();
    assert_eq!(kinds, [ProblemKind::UnknownName, ProblemKind::Strict]);
    assert!(error.to_string().contains("did you mean APP_PORT?"), "{error}");
}

#[test]
fn under_strict_warnings_stand_beside_the_other_problems() {
    let bench = Bench::new();
    let error = failure(
        Settings::loader()
            .root(bench.path())
            .env([("APP_PROT", "1"), ("APP_PORT", "x")])
            .strict()
            .load(),
    );
    let kinds: Vec<ProblemKind> = error.iter().map(config_core::Problem::kind).collect();
    assert_eq!(kinds, [ProblemKind::WrongType, ProblemKind::UnknownName]);
    assert!(error.warnings().is_empty());
}

#[test]
fn an_error_carries_the_warnings() {
    let bench = Bench::new();
    let error = failure(
        Settings::loader().root(bench.path()).env([("APP_PROT", "1"), ("APP_PORT", "x")]).load(),
    );
    assert_eq!(error.iter().count(), 1);
    assert_eq!(error.warnings().len(), 1);
    assert!(error.to_string().contains("\n  warning: "), "{error}");
}

#[test]
fn without_a_prefix_foreign_variables_are_let_be() {
    #[derive(Secrets)]
    #[secrets(sources(env))]
    struct Bare {
        #[setting(default = 8080)]
        port: u16,
    }
    let loaded = Bare::loader().env([("PROT", "1"), ("PATH", "/bin")]).strict().load();
    assert_eq!(loaded.unwrap().port, 8080);
}

#[test]
fn a_name_that_is_set_shows_but_never_what_it_is_set_to() {
    let problem = only(
        Settings::loader()
            .root(Bench::new().path())
            .env([("APP_PORTS", "hJq7Zt2Wx9pR4mKv8Ls3")])
            .strict()
            .load(),
    );
    assert!(!format!("{problem:?} {:?}", problem.hint()).contains("hJq7"));
}

#[test]
fn a_file_variable_of_a_setting_is_told_for_what_it_is() {
    let found = warnings(&Bench::new(), &[("APP_PORT_FILE", "x")]);
    assert_eq!(
        found,
        ["APP_PORT_FILE is set, but `_FILE` works for secrets alone, and this is a setting"]
    );
}

#[test]
fn a_path_that_no_setting_has_is_told_once_however_often_it_is_set() {
    let bench = Bench::new();
    let loader = || Settings::loader().root(bench.path()).env(NOTHING);
    let error = failure(loader().set("prot", 1).set("prot", 2).load());
    assert_eq!(error.to_string().matches("prot").count(), 1, "{error}");
    let error = failure(loader().set("smtp.hots", "x").load());
    assert_eq!(error.to_string().matches("smtp.hots").count(), 1, "{error}");
    let problem = only(loader().set("", "x").load());
    assert_eq!(
        (problem.path(), problem.message()),
        ("set", "a value was set for an empty path; name the setting")
    );
}
