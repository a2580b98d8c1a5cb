//! Parameters: by their names, by a path, by version and label.

use std::collections::HashMap;

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::moto::Server;
use config_tests_servers::unique;
use serde_json::json;

use super::{One, asked, at, environment, failure, parameter, proxy, refused, ssm};

#[derive(Debug, Secrets)]
#[secrets(sources(aws("{PLACE}")))]
struct Tree {
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(required)]
    hosts: Vec<String>,
    #[setting(required)]
    limits: HashMap<String, u32>,
    #[nested]
    db: Db,
}

#[derive(Debug, Secrets)]
struct Db {
    #[setting(required)]
    port: u16,
    #[secret(required, format = any)]
    user_name: SecretString,
}

#[test]
fn the_parameters_below_a_path_are_the_keys() {
    let path = format!("/{}", unique("app"));
    for (name, value, kind) in [
        ("password", "n0t-a-real-one", "SecureString"),
        ("hosts", "a.example,b.example", "StringList"),
        ("limits/a", "1", "String"),
        ("limits/b", "2", "String"),
        ("db/port", "5432", "String"),
        ("db/user_name", "n0t-a-real-user", "SecureString"),
    ] {
        parameter(&format!("{path}/{name}"), value, kind);
    }
    for index in 0..12 {
        parameter(&format!("{path}/other/{index}"), "x", "String");
    }
    let proxy = proxy();
    let pairs = at(&proxy.url(), &format!("ssm:{path}"));
    let settings = Tree::loader().env(pairs).load().unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    assert_eq!(settings.hosts, ["a.example", "b.example"]);
    assert_eq!(settings.limits, HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    assert_eq!(
        (settings.db.port, settings.db.user_name.expose_secret()),
        (5432, "n0t-a-real-user")
    );
    assert_eq!(asked(&proxy), ["GetParametersByPath", "GetParametersByPath"]);
}

#[test]
fn a_value_and_values_below_it_can_both_be_had() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(aws("{PLACE}")))]
    struct Both {
        #[secret(required, format = any)]
        password: SecretString,
        #[secret(required, format = any, aws = "#password.old")]
        old: SecretString,
    }
    let path = format!("/{}", unique("app"));
    parameter(&format!("{path}/password"), "n0t-a-real-one", "SecureString");
    parameter(&format!("{path}/password/old"), "n0t-a-real-old", "SecureString");
    let pairs = at(&Server::shared().url(), &format!("ssm:{path}"));
    let settings = Both::loader().env(pairs).load().unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    assert_eq!(settings.old.expose_secret(), "n0t-a-real-old");
}

#[derive(Debug, Secrets)]
#[secrets(sources(aws("unused")))]
struct Named {
    #[secret(required, format = any, aws = "ssm:/named/password")]
    password: SecretString,
    #[secret(required, format = any, aws = "ssm:/named/password@1")]
    first: SecretString,
    #[secret(required, format = any, aws = "ssm:/named/password@stable")]
    labelled: SecretString,
    #[secret(required, format = any, aws = "ssm:/named/json#url")]
    url: SecretString,
    #[secret(format = any, aws = "ssm:/named/gone")]
    gone: Option<SecretString>,
}

#[test]
fn parameters_are_read_by_name_version_and_label_and_a_batch_falls_back() {
    for value in ["first-n0t-real", "second-n0t-real", "third-n0t-real"] {
        parameter("/named/password", value, "SecureString");
    }
    let label = json!({"Name": "/named/password", "ParameterVersion": 2, "Labels": ["stable"]});
    ssm("LabelParameterVersion", &label);
    parameter("/named/json", r#"{"url": "n0t-a-real-url"}"#, "String");
    let is_whole = |settings: &Named| {
        assert_eq!(settings.password.expose_secret(), "third-n0t-real");
        assert_eq!(settings.first.expose_secret(), "first-n0t-real");
        assert_eq!(settings.labelled.expose_secret(), "second-n0t-real");
        assert_eq!(settings.url.expose_secret(), "n0t-a-real-url");
        assert!(settings.gone.is_none());
    };
    let proxy = proxy();
    is_whole(&Named::loader().env(environment(&proxy.url())).load().unwrap());
    let mut calls = asked(&proxy);
    calls.sort();
    assert_eq!(calls, ["GetParameter", "GetParameter", "GetParameters"]);
    proxy.forget();
    proxy.when(|request| {
        let target = request.headers.value("x-amz-target").unwrap_or_default();
        target.ends_with("GetParameters").then(|| refused(400, "AccessDeniedException", "no"))
    });
    is_whole(&Named::loader().env(environment(&proxy.url())).load().unwrap());
    assert_eq!(asked(&proxy).iter().filter(|call| *call == "GetParameter").count(), 5);
}

#[test]
fn a_path_without_parameters_is_absent() {
    let path = format!("ssm:/{}", unique("none"));
    let (kind, text) = failure::<One>(at(&Server::shared().url(), &path));
    assert_eq!(kind, ProblemKind::Missing, "{text}");
    let why = format!("aws {path}#password (no parameter below the path in eu-west-1)");
    assert!(text.contains(&why), "{text}");
}

#[test]
fn a_path_has_no_versions() {
    let (kind, text) = failure::<One>(at(&Server::shared().url(), "ssm:/app@3"));
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
}
