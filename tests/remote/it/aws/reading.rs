//! Reading secrets: keys, texts and bytes, versions and stages.

use config_core::{ExposeSecret, ProblemKind, SecretBytes, SecretString, Secrets};
use config_tests_servers::moto::Server;
use config_tests_servers::unique;
use serde_json::json;

use super::{One, REGION, at, environment, failure, secret, without};

#[derive(Debug, Secrets)]
#[secrets(sources(env, aws("{PLACE}")))]
struct Nested {
    #[secret(required, format = any)]
    password: SecretString,
    #[setting(required)]
    port: u16,
    #[nested]
    smtp: Smtp,
}

#[derive(Debug, Secrets)]
struct Smtp {
    #[setting(required)]
    host: String,
    #[secret(required, format = any)]
    password: SecretString,
}

#[test]
fn the_json_of_a_secret_has_the_keys() {
    let name = unique("prod/app");
    let text = r#"{"password": "n0t-a-real-one", "port": 5432,
        "smtp": {"host": "mail.example"}, "smtp.password": "another-n0t-real"}"#;
    secret(&name, text);
    let pairs = at(&Server::shared().url(), &name);
    let loaded = Nested::loader().env(pairs).load_report().unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    assert_eq!((settings.port, settings.smtp.host.as_str()), (5432, "mail.example"));
    assert_eq!(settings.smtp.password.expose_secret(), "another-n0t-real");
    let origin = loaded.report.origin("smtp.host").unwrap().to_string();
    assert!(origin.starts_with(&format!("aws {name}#smtp.host")), "{origin}");
    assert!(origin.contains("version "), "{origin}");
}

#[derive(Debug, Secrets)]
#[secrets(sources(env, aws("reading/unused")))]
struct Keys {
    #[secret(required, format = any, aws = "reading/text")]
    text: SecretString,
    #[secret(required, format = any, aws = "reading/bytes")]
    bytes: SecretBytes,
    #[secret(required, format = any, aws = "reading/bytes-of-text")]
    bytes_of_text: SecretString,
    #[secret(required, format = any, aws = "reading/versions#url")]
    url: SecretString,
    #[secret(required, format = any, aws = "reading/versions@AWSPREVIOUS#url")]
    previous: SecretString,
    #[secret(required, format = any, aws = "reading/versions@11111111-2222-4333-8444-555555555555#url")]
    first: SecretString,
}

#[test]
fn a_field_names_its_own_secret_version_and_key() {
    let server = Server::shared();
    secret("reading/text", "n0t-a-real-text");
    let binary = |name: &str, base64: &str| {
        server.must(REGION, "CreateSecret", &json!({"Name": name, "SecretBinary": base64}));
    };
    binary("reading/bytes", "AP/+gA==");
    binary("reading/bytes-of-text", "bjB0LWEtcmVhbC1vbmU=");
    server.must(
        REGION,
        "CreateSecret",
        &json!({
            "Name": "reading/versions", "SecretString": r#"{"url": "first-n0t-real"}"#,
            "ClientRequestToken": "11111111-2222-4333-8444-555555555555",
        }),
    );
    for text in ["second", "third"] {
        let text = format!(r#"{{"url": "{text}-n0t-real"}}"#);
        let body = json!({"SecretId": "reading/versions", "SecretString": text});
        server.must(REGION, "PutSecretValue", &body);
    }
    let settings = Keys::loader().env(environment(&server.url())).load().unwrap();
    assert_eq!(settings.text.expose_secret(), "n0t-a-real-text");
    assert_eq!(settings.bytes.expose_secret(), [0x00, 0xFF, 0xFE, 0x80]);
    assert_eq!(settings.bytes_of_text.expose_secret(), "n0t-a-real-one");
    assert_eq!(settings.url.expose_secret(), "third-n0t-real");
    assert_eq!(settings.previous.expose_secret(), "second-n0t-real");
    assert_eq!(settings.first.expose_secret(), "first-n0t-real");
}

#[test]
fn an_arn_is_read_in_its_own_region_whatever_the_environment_says() {
    let name = unique("prod/arn");
    let made = secret(&name, r#"{"password": "n0t-a-real-one"}"#);
    let pairs = at(&Server::shared().url(), made["ARN"].as_str().unwrap());
    for region in [None, Some("us-east-1")] {
        let mut pairs = without(pairs.clone(), &["AWS_REGION"]);
        pairs.extend(region.map(|region| ("AWS_REGION".to_owned(), region.to_owned())));
        let settings = One::loader().env(pairs).load().unwrap();
        assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    }
}

#[derive(Debug, Secrets)]
#[secrets(sources(aws("reading/none")))]
struct Pair {
    #[secret(required, format = any, aws = "reading/moved")]
    moved: SecretString,
    #[secret(required, format = any, aws = "reading/still")]
    still: SecretString,
}

#[derive(Debug, Secrets)]
#[secrets(sources(aws("reading/none")))]
struct Alone {
    #[secret(required, format = any, aws = "reading/moved")]
    moved: SecretString,
}

#[test]
fn the_current_version_is_read_after_its_stage_was_moved_back() {
    let server = Server::shared();
    let first = secret("reading/moved", "first-n0t-real")["VersionId"].clone();
    secret("reading/still", "still-n0t-real");
    let put = json!({"SecretId": "reading/moved", "SecretString": "second-n0t-real"});
    let second = server.must(REGION, "PutSecretValue", &put)["VersionId"].clone();
    server.must(
        REGION,
        "UpdateSecretVersionStage",
        &json!({
            "SecretId": "reading/moved", "VersionStage": "AWSCURRENT",
            "MoveToVersionId": first, "RemoveFromVersionId": second,
        }),
    );
    let alone = Alone::loader().env(environment(&server.url())).load().unwrap();
    assert_eq!(alone.moved.expose_secret(), "first-n0t-real");
    let pair = Pair::loader().env(environment(&server.url())).load().unwrap();
    assert_eq!(pair.moved.expose_secret(), "first-n0t-real");
    assert_eq!(pair.still.expose_secret(), "still-n0t-real");
}

#[test]
fn what_is_not_there_is_absent_and_says_which_it_was() {
    let server = Server::shared();
    let url = server.url();
    let name = unique("prod/gone");
    let absent = |place: &str| {
        let (kind, text) = failure::<One>(at(&url, place));
        assert_eq!(kind, ProblemKind::Missing, "{text}");
        text
    };
    let text = absent(&name);
    assert!(text.contains(&format!("aws {name}#password (no such secret in eu-west-1)")), "{text}");
    secret(&name, r#"{"user": "a"}"#);
    let text = absent(&name);
    assert!(text.contains("no such key, version "), "{text}");
    server.must(REGION, "DeleteSecret", &json!({"SecretId": name}));
    let text = absent(&name);
    assert!(text.contains("(marked for deletion in eu-west-1)"), "{text}");
    let empty = unique("prod/empty");
    server.must(REGION, "CreateSecret", &json!({"Name": empty}));
    let text = absent(&empty);
    assert!(text.contains(&empty), "{text}");
}

#[test]
fn a_secret_that_is_no_json_is_malformed_where_a_key_is_wanted() {
    let name = unique("prod/text");
    secret(&name, "n0t-a-real-text");
    let (kind, text) = failure::<One>(at(&Server::shared().url(), &name));
    assert_eq!(kind, ProblemKind::Malformed, "{text}");
    assert!(!text.contains("n0t-a-real-text"), "{text}");
}

#[test]
fn a_load_without_blocking_reads_the_same() {
    let name = unique("prod/async");
    secret(&name, r#"{"password": "n0t-a-real-one"}"#);
    let pairs = at(&Server::shared().url(), &name);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let settings = runtime.block_on(One::loader().env(pairs).load_async()).unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
}

#[test]
fn an_account_that_the_program_sets_up_takes_the_place_of_the_entry() {
    let name = unique("prod/given");
    secret(&name, r#"{"password": "n0t-a-real-one"}"#);
    let account = config_core::Aws::builder()
        .region(REGION)
        .endpoint(Server::shared().url())
        .credentials("AKIAIOSFODNN7EXAMPLE", "n0t-a-real-key")
        .build()
        .unwrap();
    assert!(!format!("{account:?}").contains("n0t-a-real-key"));
    let loader = One::loader().env([("PLACE", name.as_str())]).source(account);
    assert_eq!(loader.load().unwrap().password.expose_secret(), "n0t-a-real-one");
}
