//! Two entries of a list that are places in one account.

use std::fs;

use config_core::{ExposeSecret, SecretString, Secrets};
use config_tests_servers::unique;

use super::{asked, at, proxy, secret, without};

#[derive(Debug, Secrets)]
#[secrets(sources(aws("{PLACE}"), aws("{OTHER}")))]
struct Two {
    #[secret(required, format = any)]
    password: SecretString,
    #[secret(required, format = any)]
    url: SecretString,
}

#[test]
fn their_credentials_are_come_by_once() {
    let (app, db) = (unique("twins/app"), unique("twins/db"));
    secret(&app, r#"{"password": "n0t-a-real-one"}"#);
    secret(&db, r#"{"url": "n0t-a-real-url"}"#);
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let keys = r#"{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "n0t-a-real-key"}"#;
    let script = format!("echo >> {}\necho '{keys}'\n", path("log"));
    fs::write(path("keys.sh"), script).unwrap();
    let config = format!("[default]\ncredential_process = sh {}\n", path("keys.sh"));
    fs::write(path("config"), config).unwrap();
    let proxy = proxy();
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let mut pairs = without(at(&proxy.url(), &app), &keys);
    pairs.push(("OTHER".to_owned(), db.clone()));
    pairs.push(("AWS_CONFIG_FILE".to_owned(), path("config")));
    let plan = Two::loader().env(pairs.clone()).plan().unwrap();
    let calls: Vec<String> =
        plan.sources().iter().flat_map(|source| source.reads().to_vec()).collect();
    let command = "the command sh of the profile".to_owned();
    assert_eq!(calls, [command, format!("GetSecretValue {app}"), format!("GetSecretValue {db}")]);
    let settings = Two::loader().env(pairs).load().unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    assert_eq!(settings.url.expose_secret(), "n0t-a-real-url");
    assert_eq!(asked(&proxy), ["GetSecretValue", "GetSecretValue"]);
    assert_eq!(fs::read_to_string(path("log")).unwrap().lines().count(), 1);
}
