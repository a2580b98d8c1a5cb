//! A version that is named and is not there: nothing else answers for it.

use config_core::{Error, ProblemKind, SecretString, Secrets};
use serde_json::json;

use super::Bed;

/// One version of a secret, with weaker ways to every value below it.
#[derive(Debug, Secrets)]
#[secrets(sources(gcp("{PLACE}"), env))]
#[expect(dead_code, reason = "whether it is loaded counts")]
struct Pinned {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(format = any)]
    optional: Option<SecretString>,
    #[setting(default = 8080)]
    port: u16,
}

fn load(bed: &Bed, place: &str) -> Result<Pinned, Error> {
    let environment = [("PLACE", place), ("API_KEY", "a-weaker-one")];
    Pinned::loader().env(environment).source(bed.gcp().build().unwrap()).load()
}

/// How a load of that version fails: every field, in one way.
#[track_caller]
fn gone(bed: &Bed, place: &str, kind: ProblemKind, why: &str) {
    let error = load(bed, place).expect_err("nothing answers for it");
    let kinds: Vec<ProblemKind> = error.iter().map(config_core::Problem::kind).collect();
    assert_eq!(kinds, [kind; 3], "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_version_that_is_destroyed_disabled_or_was_never_there_is_a_failure() {
    let bed = Bed::new();
    for value in ["c4n4ry-1", "c4n4ry-2", "c4n4ry-3"] {
        bed.standin.add("p", "app", format!("{{\"api_key\": \"{value}\"}}").as_bytes());
    }
    for (number, verb) in [(1, "destroy"), (2, "disable")] {
        let path = format!("/v1/projects/p/secrets/app/versions/{number}:{verb}");
        assert_eq!(bed.standin.ask("POST", &path, &json!({})).0, 200);
    }
    gone(&bed, "app@1", ProblemKind::Expired, "version 1 is destroyed");
    gone(&bed, "app@2", ProblemKind::Expired, "version 2 is disabled");
    let fix = "no such version in the project p";
    gone(&bed, "app@9", ProblemKind::NotFound, fix);
    gone(&bed, "app@9", ProblemKind::NotFound, "point at a version of app that has it");
    gone(&bed, "app@canary", ProblemKind::Malformed, "INVALID_ARGUMENT");
}

#[test]
fn a_version_of_a_secret_that_is_not_there_is_a_failure_too() {
    let bed = Bed::new();
    gone(&bed, "none@1", ProblemKind::NotFound, "no such secret, or none with a version");
}

#[test]
fn a_secret_of_which_no_version_is_named_may_be_absent() {
    let bed = Bed::new();
    assert_eq!(load(&bed, "none").unwrap().port, 8080);
    assert_eq!(load(&bed, "none@latest").unwrap().port, 8080);
}
