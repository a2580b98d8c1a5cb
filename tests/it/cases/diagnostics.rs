//! G: what operators are told.

use config_core::{SecretString, Secrets};
use config_tests::{Bench, failure, listen};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("secrets.json")))]
#[expect(dead_code, reason = "what is told of it counts")]
struct Settings {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(default = 8080)]
    port: u16,
}

const WINS: &str = "hJq7Zt2Wx9";
const LOSES: &str = "pR4mKv8Ls3";

/// Ours: the table tells where values are, and never the values.
#[test]
fn g02_every_source_that_has_a_field_is_told_from_high_to_low_without_a_value() {
    let bench = Bench::with([
        (".env", &format!("APP_TOKEN={LOSES}\n") as &str),
        ("secrets.json", &format!("{{\"token\": \"{LOSES}\"}}")),
    ]);
    let report = Settings::loader()
        .root(bench.path())
        .env([("APP_TOKEN", WINS), ("APP_PORT", "9000")])
        .explain();
    assert_eq!(report.origin("token").unwrap().to_string(), "env APP_TOKEN");
    let hidden: Vec<String> =
        report.fields()[0].hidden().iter().map(|origin| bench.without_path(origin)).collect();
    assert_eq!(hidden.len(), 2, "{report}");
    assert!(
        hidden[0].starts_with("dotenv APP_TOKEN")
            && hidden[1].starts_with("file secrets.json#token"),
        "{hidden:?}"
    );
    let shown = report.to_string();
    assert!(!shown.contains(WINS) && !shown.contains(LOSES) && !shown.contains("9000"), "{shown}");
}

#[test]
fn g03_tracing_tells_where_each_field_came_from() {
    let bench = Bench::with([(".env", "APP_PORT=9000\n")]);
    let (loaded, heard) = listen::to_tracing(|| {
        Settings::loader().root(bench.path()).env([("APP_TOKEN", WINS)]).load()
    });
    assert!(loaded.is_ok());
    let lines: Vec<&str> = heard.lines().collect();
    assert!(
        lines.iter().any(|line| line.contains("token") && line.contains("env APP_TOKEN")),
        "{heard}"
    );
    assert!(lines.iter().any(|line| line.contains("port") && line.contains(".env")), "{heard}");
    assert!(!heard.contains(WINS), "{heard}");
}

/// Ours: an error names fields and sources; what the other fields hold is not in it.
#[test]
fn g05_the_error_of_one_field_holds_nothing_of_the_others() {
    let bench = Bench::new();
    let error = failure(
        Settings::loader().root(bench.path()).env([("APP_TOKEN", WINS), ("APP_PORT", "x")]).load(),
    );
    for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(text.contains("port") && !text.contains(WINS), "{text}");
    }
    assert!(std::error::Error::source(&error).is_none());
}
