//! A version that is named and is not there: nothing else answers for it.

use config_core::{ProblemKind, SecretString, Secrets};
use config_tests_servers::openbao::Server;
use serde_json::json;

use super::{admin, and, as_root};

/// One version of a secret, with weaker ways to every value below it.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}"), env))]
#[expect(dead_code, reason = "whether it is loaded counts")]
struct Pinned {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(format = any)]
    optional: Option<SecretString>,
    #[setting(default = 8080)]
    port: u16,
}

/// How a load of that version fails: every field, in one way.
#[track_caller]
fn gone(place: &str) -> (ProblemKind, String) {
    let environment = and(as_root(&Server::shared().url()), "PLACE", place);
    let environment = and(environment, "API_KEY", "a-weaker-one");
    let error = Pinned::loader().env(environment).load().expect_err("nothing answers for it");
    let kinds: Vec<ProblemKind> = error.iter().map(config_core::Problem::kind).collect();
    assert_eq!(kinds, [kinds[0]; 3], "{error}");
    (kinds[0], error.to_string())
}

#[test]
fn a_version_that_is_deleted_destroyed_or_was_never_there_is_a_failure() {
    let kv = admin().kv(2);
    for value in ["first", "second", "third"] {
        kv.put("app", &json!({ "api_key": value }));
    }
    kv.destroy("app", &[1]);
    let path = format!("{}/delete/app", kv.mount);
    assert_eq!(admin().post(&path, &json!({ "versions": [2] })).0, 204);
    for (version, kind, why) in [
        ("1", ProblemKind::Expired, "this version is destroyed"),
        ("2", ProblemKind::Expired, "this version is deleted"),
        ("9", ProblemKind::NotFound, "no such version, or no such secret"),
    ] {
        let (found, text) = gone(&format!("{}/app@{version}", kv.mount));
        assert_eq!(found, kind, "{text}");
        assert!(text.contains(why), "{text}");
        let fix = "name a version that is there, or none for the current one";
        assert!(text.contains(fix), "{text}");
    }
}

#[test]
fn a_version_of_a_secret_that_is_not_there_is_a_failure_too() {
    let kv = admin().kv(2);
    let (kind, text) = gone(&format!("{}/none@1", kv.mount));
    assert_eq!(kind, ProblemKind::NotFound, "{text}");
}

#[test]
fn a_secret_of_which_no_version_is_named_may_be_absent() {
    let kv = admin().kv(2);
    let environment = and(as_root(&Server::shared().url()), "PLACE", &format!("{}/none", kv.mount));
    let environment = and(environment, "API_KEY", "a-weaker-one");
    assert_eq!(Pinned::loader().env(environment).load().unwrap().port, 8080);
}
