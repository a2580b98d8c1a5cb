//! A version that is named and is not there: nothing else answers for it.

use config_core::{Error, ProblemKind, SecretString, Secrets};
use config_tests_servers::moto::Server;
use config_tests_servers::proxy::Fault;
use config_tests_servers::unique;
use serde_json::json;

use super::{REGION, at, parameter, secret};

const NEVER: &str = "99999999-2222-4333-8444-555555555555";

/// One version of a secret, with weaker ways to every value below it.
#[derive(Debug, Secrets)]
#[secrets(sources(aws("{PLACE}"), env))]
#[expect(dead_code, reason = "whether it is loaded counts")]
struct Pinned {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(format = any)]
    optional: Option<SecretString>,
    #[setting(default = 8080)]
    port: u16,
}

/// The same of a parameter.
#[derive(Debug, Secrets)]
#[secrets(sources(aws("unused"), env))]
#[expect(dead_code, reason = "whether it is loaded counts")]
struct Parameters {
    #[secret(required, format = any, aws = "ssm:/pinned/key@99")]
    api_key: SecretString,
    #[secret(format = any, aws = "ssm:/pinned/key@stable")]
    optional: Option<SecretString>,
    #[setting(default = 8080, aws = "ssm:/pinned/none@1")]
    port: u16,
}

fn load<S: Secrets>(place: &str) -> Result<S, Error> {
    let mut pairs = at(&Server::shared().url(), place);
    pairs.push(("API_KEY".to_owned(), "a-weaker-one".to_owned()));
    S::loader().env(pairs).load()
}

/// How a load of that version fails: every field, in one way.
#[track_caller]
fn gone<S: Secrets>(place: &str, kind: ProblemKind, why: &str) {
    let Err(error) = load::<S>(place) else { panic!("something weaker answers for it") };
    let kinds: Vec<ProblemKind> = error.iter().map(config_core::Problem::kind).collect();
    assert_eq!(kinds, [kind; 3], "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_version_or_stage_that_was_never_there_is_a_failure() {
    let name = unique("pinned/app");
    secret(&name, r#"{"api_key": "n0t-a-real-one"}"#);
    for version in [NEVER, "AWSPREVIOUS"] {
        let place = format!("{name}@{version}");
        gone::<Pinned>(&place, ProblemKind::NotFound, " in eu-west-1");
        let fix = format!("point at a version of {name} that has it");
        gone::<Pinned>(&place, ProblemKind::NotFound, &fix);
    }
}

#[test]
fn a_version_of_a_secret_that_is_to_be_deleted_is_a_failure() {
    let name = unique("pinned/deleted");
    let made = secret(&name, r#"{"api_key": "n0t-a-real-one"}"#);
    let version = made["VersionId"].as_str().unwrap().to_owned();
    Server::shared().must(REGION, "DeleteSecret", &json!({ "SecretId": name }));
    let place = format!("{name}@{version}");
    gone::<Pinned>(&place, ProblemKind::Expired, "marked for deletion");
    gone::<Pinned>(&place, ProblemKind::Expired, "restore-secret");
}

#[test]
fn a_version_or_label_of_a_parameter_is_a_failure_where_that_or_the_parameter_was_never_there() {
    parameter("/pinned/key", "n0t-a-real-one", "SecureString");
    gone::<Parameters>("unused", ProblemKind::NotFound, "no such version in eu-west-1");
}

#[test]
fn a_version_of_a_secret_that_is_not_there_is_a_failure_too() {
    let place = format!("{}@{NEVER}", unique("pinned/none"));
    gone::<Pinned>(&place, ProblemKind::NotFound, "no such secret in eu-west-1");
}

#[test]
fn a_secret_of_which_no_version_is_named_may_be_absent() {
    let name = unique("pinned/none");
    assert_eq!(load::<Pinned>(&name).unwrap().port, 8080);
    assert_eq!(load::<Pinned>(&format!("{name}@AWSCURRENT")).unwrap().port, 8080);
}

#[test]
fn another_version_or_stage_than_the_one_that_is_asked_for_is_malformed() {
    let name = unique("pinned/other");
    let made = secret(&name, r#"{"api_key": "n0t-a-real-one"}"#);
    let version = made["VersionId"].as_str().unwrap();
    let proxy = super::proxy();
    let load = |place: &str| {
        let mut pairs = at(&proxy.url(), place);
        pairs.push(("API_KEY".to_owned(), "a-weaker-one".to_owned()));
        Pinned::loader().env(pairs).load()
    };
    let places = [name.clone(), format!("{name}@AWSCURRENT"), format!("{name}@{version}")];
    for place in &places {
        assert!(load(place).is_ok());
    }
    proxy.when(|_| {
        Some(Fault::rewritten(|answer| {
            answer["VersionId"] = json!(NEVER);
            answer["VersionStages"] = json!(["AWSPREVIOUS"]);
        }))
    });
    for place in &places {
        let error = load(place).expect_err("it is not what was asked for");
        assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::Malformed, "{error}");
        assert!(error.to_string().contains("another version than was asked for"), "{error}");
    }
}
