//! The table of where everything is.

use config_core::{FieldOutcome, SecretString, Secrets};
use config_tests::{Bench, NOTHING};

#[derive(Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv, file("app.json")), profile(production))]
#[expect(dead_code, reason = "what is told of it counts")]
struct Settings {
    #[secret(required, format = any)]
    key: SecretString,
    #[setting(default = 8080)]
    port: u16,
    #[setting]
    note: Option<String>,
    #[setting(required)]
    count: u8,
    #[secret(required, format = uuid)]
    id: SecretString,
    #[nested]
    smtp: Smtp,
    #[secret(compose = "smtp://{port}", format = any)]
    made: SecretString,
}

#[derive(Secrets)]
#[expect(dead_code, reason = "what is told of it counts")]
struct Smtp {
    #[setting(default = "localhost")]
    host: String,
}

#[test]
fn the_table_tells_the_origin_of_every_field_what_it_hides_and_what_is_wrong() {
    let bench = Bench::with([
        (".env", "APP_KEY=hJq7Zt2Wx9\nAPP_SMTP_HOST=mx\n"),
        ("app.json", "{\"key\": \"pR4mKv8Ls3\",\n \"count\": 300}"),
    ]);
    let variables = [("APP_KEY", "aZt2Wx9hJq"), ("APP_PROT", "1")];
    let report =
        Settings::loader().root(bench.path()).env(variables).profile("production").explain();
    let shown = bench.without_path(&report);
    let expected = "\
Settings: 7 settings, profile production

  setting         from                                                           hides
  key (secret)    env APP_KEY                                                    dotenv APP_KEY (.env, line 1, column 9), file app.json#key (line 1, column 9)
  port            default
  note            not set
  count           PROBLEM: wrong type: expected a whole number from 0 to 255; got 300
                  from file app.json#count (line 2, column 11)
  id (secret)     PROBLEM: missing
                  looked in env APP_ID (not set)
                  looked in dotenv APP_ID (not in .env)
                  looked in file app.json#id (no such key)
  smtp.host       dotenv APP_SMTP_HOST (.env, line 2, column 15)
  made (secret)   composed
  warning: APP_PROT is set but no setting has that name; did you mean APP_PORT?";
    assert_eq!(shown, expected, "\n{shown}\n");
}

#[test]
fn the_table_never_fails() {
    let bench = Bench::with([("app.json", "{")]);
    let report = Settings::loader().root(bench.path()).env(NOTHING).explain();
    assert!(!report.problems().is_empty());
    assert!(
        report.fields().iter().any(|field| matches!(field.outcome(), FieldOutcome::Problem(_))),
        "{report}"
    );
    let unknown = Settings::loader().profile("prod").explain();
    assert_eq!(unknown.problems().len(), 1);
    assert!(unknown.to_string().contains("`prod` is not a declared profile"), "{unknown}");
}

#[test]
fn a_report_of_a_load_has_origins_but_asks_no_further() {
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Small {
        #[setting(required)]
        v: u8,
    }
    let bench = Bench::with([("app.json", "{ broken")]);
    let loaded = Small::loader().root(bench.path()).env([("V", "1")]).load_report().unwrap();
    assert_eq!(loaded.settings.v, 1);
    assert_eq!(
        loaded.report.to_string(),
        "Small: 1 setting\n\n  setting   from\n  v         env V"
    );
}

#[test]
fn debug_of_a_report_is_its_table() {
    let report = Settings::loader().root(Bench::new().path()).env(NOTHING).explain();
    assert_eq!(format!("{report:?}"), report.to_string());
}

#[test]
fn a_name_that_is_a_secret_which_another_source_hides_is_not_shown() {
    #[derive(Secrets)]
    #[secrets(sources(env, file("app.json")))]
    struct Mail {
        #[nested]
        smtp: Login,
    }
    #[derive(Secrets)]
    #[expect(dead_code, reason = "what is told of it counts")]
    struct Login {
        #[secret(required, format = any)]
        password: SecretString,
    }
    let bench = Bench::with([("app.json", r#"{"smtp": {"password": "sesame", "sesame": 1}}"#)]);
    let loader = || Mail::loader().root(bench.path()).env([("SMTP_PASSWORD", "no")]);
    for report in [loader().explain(), loader().load_report().unwrap().report] {
        let shown = report.to_string();
        assert!(!shown.contains("sesame"), "{shown}");
    }
    let explained = loader().explain().to_string();
    assert!(explained.contains("smtp.[6 characters]"), "{explained}");
}
