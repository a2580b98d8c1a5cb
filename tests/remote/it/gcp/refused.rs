//! What goes wrong, and what a person is told of it.

use std::time::Duration;

use config_core::{Problem, ProblemKind, Secrets};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::{Value, json};

use super::{Bed, One, Own, TOKEN, load, problem};

fn answer(status: u16, error: &Value) -> Fault {
    let body = json!({ "error": error }).to_string().into_bytes();
    Fault::Answer { status, headers: Vec::new(), body }
}

fn denied(reason: &str) -> Fault {
    let message = "Permission denied, c4n4ry-echo.";
    let details =
        json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason }]);
    let status = "PERMISSION_DENIED";
    answer(403, &json!({ "code": 403, "message": message, "status": status, "details": details }))
}

#[track_caller]
fn told(bed: &Bed, kind: ProblemKind, words: &[&str]) {
    let (found, text) = problem::<One>(bed.gcp().timeout(Duration::from_millis(500)));
    assert_eq!(found, kind, "{text}");
    for words in words {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

#[test]
fn an_absent_secret_is_absent_and_no_failure() {
    let bed = Bed::new();
    let create = "| gcloud secrets create app-password --project=p --data-file=-";
    told(&bed, ProblemKind::Missing, &["gcp app-password (no such secret", create]);
    let made = json!({ "replication": { "automatic": {} } });
    bed.standin.ask("POST", "/v1/projects/p/secrets?secretId=app-password", &made);
    told(
        &bed,
        ProblemKind::Missing,
        &["gcp app-password (no such secret, or none with a version in the project p)"],
    );
}

#[test]
fn a_place_where_something_else_answers_is_not_an_absent_secret() {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    let page = b"<!DOCTYPE html><title>Error 404</title>".to_vec();
    bed.proxy.always(Fault::Answer { status: 404, headers: Vec::new(), body: page });
    told(&bed, ProblemKind::Malformed, &["what answers there is not Secret Manager"]);
}

#[test]
fn a_denial_names_the_role_and_the_resource_and_that_the_secret_may_not_exist() {
    let bed = Bed::new();
    bed.proxy.always(denied("IAM_PERMISSION_DENIED"));
    told(
        &bed,
        ProblemKind::Denied,
        &[
            "may not read projects/p/secrets/app-password, or there is no such secret",
            "grant roles/secretmanager.secretAccessor (secretmanager.versions.access) on it: gcloud \
             secrets add-iam-policy-binding app-password --project=p",
        ],
    );
    assert_eq!(bed.paths().len(), 1);
}

#[test]
fn a_denial_for_another_reason_than_a_role_says_which() {
    let bed = Bed::new();
    let reasons = [
        (
            "SERVICE_DISABLED",
            "run: gcloud services enable secretmanager.googleapis.com --project=p",
        ),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "access scope cloud-platform"),
        ("BILLING_DISABLED", "billing is not enabled in p"),
        ("USER_PROJECT_DENIED", "may not let another project pay"),
        ("SECURITY_POLICY_VIOLATED", "VPC Service Controls of p"),
    ];
    for (reason, words) in reasons {
        bed.proxy.once(denied(reason));
        told(&bed, ProblemKind::Denied, &[words]);
    }
}

#[test]
fn a_token_that_is_not_accepted_is_a_denial_and_an_old_one_has_expired() {
    let bed = Bed::new();
    let (kind, text) = problem::<One>(bed.anybody().access_token("ya29.another"));
    assert_eq!(kind, ProblemKind::Denied);
    assert!(text.contains("the given access token is not accepted"), "{text}");
    assert!(text.contains("give a new one: gcloud auth print-access-token"), "{text}");
    assert!(!text.contains("ya29"), "{text}");
    let details = json!([{ "reason": "ACCESS_TOKEN_EXPIRED" }]);
    let error = json!({ "code": 401, "status": "UNAUTHENTICATED", "details": details });
    bed.proxy.always(answer(401, &error));
    told(&bed, ProblemKind::Expired, &["the access token has expired"]);
}

#[test]
fn too_many_requests_are_asked_again_and_then_told() {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    let error = json!({ "code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded" });
    bed.proxy.next([Some(answer(429, &error)), Some(answer(429, &error))]);
    assert!(load::<One>(bed.gcp()).is_ok());
    assert_eq!(bed.paths().len(), 3);
    bed.proxy.always(answer(429, &error));
    told(
        &bed,
        ProblemKind::Unreachable,
        &["too many requests (RESOURCE_EXHAUSTED)", "raise the quota"],
    );
}

#[test]
fn a_store_in_trouble_is_asked_again_and_then_told() {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    bed.proxy.next([Some(Fault::status(503)), Some(Fault::Reset), Some(Fault::Truncated)]);
    assert!(load::<One>(bed.gcp()).is_ok());
    bed.proxy.always(Fault::status(500));
    told(&bed, ProblemKind::Unreachable, &["the store is in trouble (HTTP 500)"]);
}

#[test]
fn nobody_there_and_nobody_who_answers_are_unreachable() {
    let bed = Bed::new();
    bed.proxy.always(Fault::BlackHole);
    told(&bed, ProblemKind::Unreachable, &["no whole answer from 127.0.0.1"]);
    bed.proxy.refuse();
    told(&bed, ProblemKind::Unreachable, &["refuses connections"]);
}

#[test]
fn an_answer_that_is_none_is_malformed_and_not_quoted() {
    let bed = Bed::new();
    bed.standin.add("p", "app-password", b"c4n4ry-1");
    let faults = [
        Fault::MalformedJson,
        Fault::wrong_type(),
        Fault::body("c4n4ry"),
        Fault::huge(),
        Fault::rewritten(|answer| answer["payload"]["data"] = json!("c4n4ry*")),
        Fault::rewritten(|answer| answer["payload"] = json!(7)),
        Fault::rewritten(|answer| answer["name"] = json!("c4n4ry")),
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        bed.proxy.once(fault);
        let (kind, text) = problem::<One>(bed.gcp());
        assert_eq!(kind, ProblemKind::Malformed, "{name}: {text}");
    }
}

#[test]
fn a_token_does_not_leave_the_machine_without_tls() {
    let gcp = config_core::Gcp::builder().project("p").endpoint("http://192.0.2.1:8080");
    let failure = gcp.access_token(TOKEN).build().unwrap_err();
    assert_eq!(failure.to_string(), "a token is not sent to 192.0.2.1:8080 without TLS");
    let variable = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER";
    let pairs = [(variable, "http://192.0.2.1:8080"), ("GOOGLE_CLOUD_PROJECT", "p")];
    let error = One::loader().env(pairs).load().unwrap_err().to_string();
    assert!(error.contains("a token is not sent to 192.0.2.1:8080 without TLS"), "{error}");
}

#[test]
fn each_secret_has_its_own_outcome() {
    let bed = Bed::new();
    bed.standin.add("p", "app-smtp-user-name", b"grace");
    bed.proxy.when(|request| {
        let is_denied = request.path().contains("app-db-password");
        is_denied.then(|| denied("IAM_PERMISSION_DENIED"))
    });
    let Err(failed) = load::<Own>(bed.gcp()) else { panic!("it loads") };
    let problems: Vec<_> = failed.error.iter().map(Problem::path).collect();
    assert_eq!(problems, ["db_password"]);
}

#[test]
fn without_a_project_the_source_is_not_configured() {
    let none: [(&str, &str); 0] = [];
    let error = One::loader().env(none).load().unwrap_err().to_string();
    assert!(error.contains("GOOGLE_CLOUD_PROJECT is not set"), "{error}");
}

#[test]
fn a_proxy_is_used_and_no_other_way_is_taken() {
    let nobody = Proxy::before_nothing();
    let gcp = config_core::Gcp::builder().project("p").access_token(TOKEN);
    let (kind, text) = problem::<One>(gcp.proxy(nobody.url()));
    assert_eq!(kind, ProblemKind::Unreachable, "{text}");
    assert_eq!(nobody.requests()[0].method, "CONNECT");
}

#[test]
fn a_version_is_never_proposed_to_be_written_nor_a_secret_to_be_replaced() {
    /// One version, and one key.
    #[derive(Debug, Secrets)]
    #[secrets(prefix = "APP", sources(gcp))]
    #[expect(dead_code, reason = "it is never loaded")]
    struct Two {
        #[secret(required, format = any, gcp = "db@7")]
        old: config_core::SecretString,
        #[secret(required, format = any, gcp = "app#key")]
        key: config_core::SecretString,
    }
    let bed = Bed::new();
    bed.standin.add("p", "db", b"c4n4ry-1");
    bed.standin.add("p", "app", br#"{"other": "c4n4ry-2"}"#);
    let (_, text) = problem::<Two>(bed.gcp());
    assert!(text.contains("point at a version of db that has it"), "{text}");
    assert!(
        text.contains("add key to the JSON that is there: gcloud secrets versions access"),
        "{text}"
    );
}
