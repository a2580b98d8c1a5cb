//! Secrets that are built from their siblings.

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests::{NOTHING, kinds, only};

#[derive(Secrets)]
#[secrets(sources(env))]
struct Settings {
    #[setting(default = "app")]
    user: String,
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(default = "db.internal")]
    host: String,
    #[setting(default = 5432)]
    port: u16,
    #[secret(compose = "postgresql://{user}:{password}@{host}:{port}/app", format = url("postgresql"))]
    url: SecretString,
}

fn url(variables: &[(&str, &str)]) -> String {
    Settings::loader().env(variables.iter().copied()).load().unwrap().url.expose_secret().to_owned()
}

#[test]
fn a_secret_is_composed_of_its_siblings() {
    assert_eq!(url(&[("PASSWORD", "pw")]), "postgresql://app:pw@db.internal:5432/app");
    let settings =
        Settings::loader().env([("PASSWORD", "pw"), ("HOST", "pg"), ("PORT", "1")]).load().unwrap();
    assert_eq!((settings.user.as_str(), settings.host.as_str(), settings.port), ("app", "pg", 1));
    assert_eq!(settings.password.expose_secret(), "pw");
}

#[test]
fn what_is_put_into_a_url_is_percent_encoded() {
    let composed = url(&[("USER", "a b/c"), ("PASSWORD", "p@ss:w/o?r#d%[é]+&=")]);
    assert_eq!(
        composed,
        "postgresql://a%20b%2Fc:p%40ss%3Aw%2Fo%3Fr%23d%25%5B%C3%A9%5D%2B%26%3D@db.internal:5432/app"
    );
}

#[test]
fn letters_digits_and_the_marks_that_urls_leave_alone_stay() {
    assert!(url(&[("PASSWORD", "aZ09-._~")]).contains(":aZ09-._~@"));
}

#[test]
fn a_composed_secret_is_looked_up_nowhere() {
    assert!(
        url(&[("PASSWORD", "pw"), ("URL", "postgresql://else")])
            .starts_with("postgresql://app:pw@")
    );
    let report = Settings::loader().env([("PASSWORD", "pw")]).explain();
    assert_eq!(report.fields()[4].outcome().to_string(), "composed");
}

#[test]
fn where_a_sibling_is_missing_that_alone_is_the_problem() {
    let problem = only(Settings::loader().env(NOTHING).load());
    assert_eq!((problem.path(), problem.kind()), ("password", ProblemKind::Missing));
    let found = kinds(Settings::loader().env([("PASSWORD", "pw"), ("PORT", "x")]).load());
    assert_eq!(found, [("port".to_owned(), ProblemKind::WrongType)]);
}

mod meant {
    use super::*;
    use config_tests::{Bench, failure, messages};

    #[derive(Secrets)]
    #[secrets(prefix = "APP", sources(env, dotenv, file("app.json")))]
    struct Service {
        #[nested]
        db: Db,
    }

    #[derive(Secrets)]
    #[expect(dead_code, reason = "its names count")]
    struct Db {
        #[setting(default = "app")]
        user: String,
        #[secret(required, format = any)]
        password: SecretString,
        #[secret(compose = "pg://{user}:{password}@{user}.local")]
        url: SecretString,
    }

    const SET_THOSE: &str = "db.url is composed of db.user, db.password: set those";

    #[test]
    fn a_value_that_is_set_for_it_is_a_problem_that_says_what_to_set() {
        let problem =
            only(Service::loader().env([("APP_DB_PASSWORD", "x")]).set("db.url", "pg://").load());
        assert_eq!((problem.path(), problem.kind()), ("db.url", ProblemKind::Refused));
        assert!(
            problem.message().ends_with("composed of db.user, db.password: set those"),
            "{problem}"
        );
    }

    #[test]
    fn a_name_in_a_source_is_a_warning_that_says_it_too() {
        let bench = Bench::with([
            (".env", "APP_DB_URL=pg://there\n"),
            ("app.json", r#"{"db": {"password": "hush", "url": "pg://there"}}"#),
        ]);
        let load =
            Service::loader().root(bench.path()).env([("APP_DB_URL", "pg://there")]).load_report();
        let found = messages(load.unwrap().report.warnings());
        let found: Vec<String> = found.iter().map(|text| bench.without_path(text)).collect();
        assert_eq!(
            found,
            [
                format!("APP_DB_URL is set, but {SET_THOSE}"),
                format!("dotenv APP_DB_URL (.env, line 1, column 1) is set, but {SET_THOSE}"),
                format!("file app.json#db.url (line 1, column 36) is set, but {SET_THOSE}"),
            ]
        );
    }

    #[test]
    fn the_table_does_not_call_it_composed_where_a_part_is_missing() {
        let report = Service::loader().root(Bench::new().path()).env(NOTHING).explain();
        assert_eq!(
            report.fields()[2].outcome().to_string(),
            "PROBLEM: not composed: it needs db.password"
        );
        assert_eq!(report.problems().len(), 1, "{report}");
        let error = failure(Service::loader().root(Bench::new().path()).env(NOTHING).load());
        assert_eq!(error.iter().count(), 1);
    }
}
