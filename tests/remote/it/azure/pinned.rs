//! A version that is named and is not there: nothing else answers for it.

use config_core::{Error, ProblemKind, SecretString, Secrets};
use config_tests_servers::azure::StandIn;
use serde_json::json;

use super::azure;

const NEVER: &str = "0123456789abcdef0123456789abcdef";

/// One version of a secret, with weaker ways to every value below it.
#[derive(Debug, Secrets)]
#[secrets(sources(azure("{PLACE}"), env))]
#[expect(dead_code, reason = "whether it is loaded counts")]
struct Pinned {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(format = any)]
    optional: Option<SecretString>,
    #[setting(default = 8080)]
    port: u16,
}

fn load(standin: &StandIn, place: &str) -> Result<Pinned, Error> {
    let environment = [("PLACE", place), ("API_KEY", "a-weaker-one")];
    Pinned::loader().env(environment).source(azure(standin).build().unwrap()).load()
}

/// How a load of that version fails: every field, in one way.
#[track_caller]
fn gone(standin: &StandIn, place: &str, kind: ProblemKind, why: &str) {
    let error = load(standin, place).expect_err("nothing answers for it");
    let kinds: Vec<ProblemKind> = error.iter().map(config_core::Problem::kind).collect();
    assert_eq!(kinds, [kind; 3], "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_version_that_is_disabled_or_was_never_there_is_a_failure() {
    let standin = StandIn::start();
    let first = standin.set("app", r#"{"api_key": "c4n4ry-1"}"#);
    standin.set("app", r#"{"api_key": "c4n4ry-2"}"#);
    let path = format!("/secrets/app/{first}");
    let disabled = json!({ "attributes": { "enabled": false } });
    assert_eq!(standin.ask("PATCH", &path, &disabled).0, 200);
    gone(&standin, &format!("app@{first}"), ProblemKind::Expired, "the secret is disabled");
    let never = format!("app@{NEVER}");
    gone(
        &standin,
        &never,
        ProblemKind::NotFound,
        "no such version, or no such secret in 127.0.0.1",
    );
    gone(&standin, &never, ProblemKind::NotFound, "point at a version of app that has it");
}

#[test]
fn a_version_of_a_secret_that_is_not_there_is_a_failure_too() {
    let standin = StandIn::start();
    gone(&standin, &format!("none@{NEVER}"), ProblemKind::NotFound, "or no such secret");
}

#[test]
fn a_secret_of_which_no_version_is_named_may_be_absent() {
    assert_eq!(load(&StandIn::start(), "none").unwrap().port, 8080);
}
