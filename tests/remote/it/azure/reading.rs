//! What is read, and how often the vault is asked.

use config_core::{ExposeSecret, SecretBytes, SecretString, Secrets};
use config_tests_servers::azure::StandIn;

use super::{One, Two, asked, azure, load};

#[test]
fn every_field_is_a_secret_of_its_own() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.set("app-smtp-user-name", "robot");
    let loaded = load::<Two>(azure(&standin)).unwrap();
    assert_eq!(loaded.settings.password.expose_secret(), "c4n4ry-1");
    assert_eq!(loaded.settings.smtp.user_name, "robot");
    let version = standin.ask("GET", "/secrets/app-password", &().into()).1["id"].to_string();
    let version = version.trim_matches('"').rsplit('/').next().unwrap().to_owned();
    let report = format!("{:?}", loaded.report);
    assert!(report.contains("azure app-password") && report.contains(&version), "{report}");
}

#[test]
fn a_load_logs_in_once_and_reads_each_secret_once() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    standin.set("app-smtp-user-name", "robot");
    load::<Two>(azure(&standin)).unwrap();
    let mut asked = asked(&standin);
    let login = format!("POST /{}/oauth2/v2.0/token 200", standin.tenant());
    assert_eq!(asked.remove(0), login);
    asked.sort();
    assert_eq!(asked, ["GET /secrets/app-password 200", "GET /secrets/app-smtp-user-name 200"]);
}

#[test]
fn the_loads_that_follow_use_the_token_again() {
    let standin = StandIn::start();
    standin.set("app-password", "c4n4ry-1");
    let vault = azure(&standin).build().unwrap();
    for _ in 0..3 {
        One::loader().source(vault.clone()).load().unwrap();
    }
    let asked = asked(&standin);
    assert_eq!(asked.iter().filter(|asked| asked.contains("oauth2")).count(), 1, "{asked:?}");
    assert_eq!(asked.len(), 4, "{asked:?}");
}

/// Keys in the JSON of one secret.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure("app-settings")))]
struct Document {
    /// A password.
    #[secret(required, format = any)]
    password: SecretString,
    #[nested]
    smtp: super::Smtp,
    /// A port.
    #[setting(default = 1)]
    port: u16,
    /// A value of another secret.
    #[secret(required, format = any, azure = "db-url")]
    database_url: SecretString,
}

#[test]
fn one_secret_may_hold_all_as_json() {
    let standin = StandIn::start();
    let text = r#"{"password": "c4n4ry-1", "smtp": {"user_name": "robot"}, "port": 9000}"#;
    standin.set("app-settings", text);
    standin.set("db-url", "postgres://c4n4ry-2");
    let settings = load::<Document>(azure(&standin)).unwrap().settings;
    assert_eq!(settings.password.expose_secret(), "c4n4ry-1");
    assert_eq!((settings.smtp.user_name.as_str(), settings.port), ("robot", 9000));
    assert_eq!(settings.database_url.expose_secret(), "postgres://c4n4ry-2");
    assert_eq!(asked(&standin).len(), 3);
}

/// A version that is named, at a place that says so itself.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure("db@{VERSION}")))]
struct Pinned {
    /// A password.
    #[secret(required, format = any, azure = "#password")]
    password: SecretString,
}

#[test]
fn a_version_can_be_named() {
    let standin = StandIn::start();
    let version = standin.set("db", r#"{"password": "c4n4ry-1"}"#);
    standin.set("db", r#"{"password": "c4n4ry-2"}"#);
    let load = |version: &str| {
        let vault = azure(&standin).build().unwrap();
        Pinned::loader().env([("VERSION", version)]).source(vault).load()
    };
    assert_eq!(load(&version).unwrap().password.expose_secret(), "c4n4ry-1");
    let unknown = load("0123456789abcdef0123456789abcdef").unwrap_err().to_string();
    assert!(unknown.contains("no such version"), "{unknown}");
    let odd = load("latest").unwrap_err().to_string();
    assert!(odd.contains("names of 32 hexadecimal digits"), "{odd}");
}

/// Bytes, which a vault can only hold as a text.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(azure))]
struct Binary {
    /// A key.
    #[secret(required, format = base64(4))]
    key: SecretBytes,
}

#[test]
fn bytes_are_written_as_base64() {
    let standin = StandIn::start();
    standin.set("app-key", "//79/A==");
    let settings = load::<Binary>(azure(&standin)).unwrap().settings;
    assert_eq!(settings.key.expose_secret(), [0xff, 0xfe, 0xfd, 0xfc]);
}

#[test]
fn an_empty_secret_counts_as_absent() {
    let standin = StandIn::start();
    standin.set("app-password", "");
    let failed = load::<One>(azure(&standin)).unwrap_err();
    assert!(failed.to_string().contains("empty"), "{failed}");
}

#[test]
fn names_of_secrets_ignore_case() {
    let standin = StandIn::start();
    standin.set("APP-Password", "c4n4ry-1");
    assert!(load::<One>(azure(&standin)).is_ok());
}
