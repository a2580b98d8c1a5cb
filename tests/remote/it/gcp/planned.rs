//! What a load would ask, cost and need.

use std::time::Duration;

use config_core::{Gcp, SecretString, Secrets, testing};
use serde_json::json;

use super::{Bed, One, Own};

#[test]
fn a_plan_names_calls_waits_price_and_roles_and_asks_nobody() {
    let bed = Bed::new();
    let none: [(&str, &str); 0] = [];
    let gcp = bed.gcp().build().unwrap();
    let plan = Own::loader().env(none).source(gcp).plan().unwrap();
    let source = &plan.sources()[0];
    assert_eq!(
        source.reads(),
        [
            "GET /v1/projects/p/secrets/app-db-password/versions/latest:access",
            "GET /v1/projects/p/secrets/app-smtp-user-name/versions/latest:access",
        ]
    );
    assert_eq!(source.round_trips(), 1);
    let (_, policy) = plan.policies().next().unwrap();
    assert_eq!(
        policy.text(),
        "roles/secretmanager.secretAccessor on projects/p/secrets/app-db-password\n\
         roles/secretmanager.secretAccessor on projects/p/secrets/app-smtp-user-name"
    );
    // A load a second for 30 days, two calls each, at 0.03 dollars for 10,000.
    let month = plan.monthly_cost(std::time::Duration::from_secs(1));
    assert!((15.0..16.0).contains(&month), "{month}");
    assert_eq!(bed.paths(), [""; 0]);
}

#[test]
fn credentials_that_are_exchanged_make_a_load_wait_once_more() {
    let sandbox = testing::Sandbox::new();
    let key = json!({
        "type": "service_account", "project_id": "of-file", "private_key": "-", "client_email": "a@b",
    });
    sandbox.file("key.json", key.to_string());
    let loader = sandbox.loader::<One>([("GOOGLE_APPLICATION_CREDENTIALS", "key.json")]);
    let plan = loader.plan().unwrap();
    assert_eq!(plan.round_trips(), 2);
    assert_eq!(
        plan.sources()[0].reads(),
        [
            "POST https://oauth2.googleapis.com/token",
            "GET /v1/projects/of-file/secrets/app-password/versions/latest:access",
        ]
    );
    let given = [("K_SERVICE", "app"), ("GCLOUD_PROJECT", "run")];
    let plan = sandbox.loader::<One>(given).plan().unwrap();
    assert_eq!(plan.round_trips(), 2);
    assert!(plan.sources()[0].reads()[1].starts_with("GET /v1/projects/run/"));
}

/// A field elsewhere.
#[derive(Debug, Secrets)]
#[expect(dead_code, reason = "it is never loaded")]
#[secrets(prefix = "APP", sources(gcp("projects/p/secrets/{STAGE}-settings")))]
struct Placed {
    #[secret(required, format = any)]
    password: SecretString,
}

#[test]
fn a_place_is_expanded_and_may_name_the_project() {
    let sandbox = testing::Sandbox::new();
    let plan = sandbox.loader::<Placed>([("STAGE", "test")]).plan().unwrap();
    assert_eq!(
        plan.sources()[0].reads(),
        [
            "GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
            "GET /v1/projects/p/secrets/test-settings/versions/latest:access",
        ]
    );
    let error = sandbox.loader::<Placed>([("STAGE", "")]).load().unwrap_err().to_string();
    assert!(error.contains("STAGE is not set"), "{error}");
}

/// What was asked since the last look, in order of its names, and how often it was waited for.
fn asked(bed: &Bed) -> (Vec<String>, usize) {
    let log = bed.proxy.requests();
    let mut asked: Vec<String> =
        log.iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect();
    asked.sort_unstable();
    let rounds = bed.proxy.rounds();
    bed.proxy.forget();
    (asked, rounds)
}

/// The same of what is planned.
fn planned(bed: &Bed, gcp: &Gcp) -> (Vec<String>, usize) {
    let none: [(&str, &str); 0] = [];
    let plan = Own::loader().env(none).source(gcp.clone()).plan().unwrap();
    let calls = plan.sources()[0].reads().iter();
    let mut calls: Vec<String> = calls.map(|call| call.replace(&bed.proxy.url(), "")).collect();
    calls.sort_unstable();
    (calls, plan.round_trips())
}

#[test]
fn a_plan_is_what_the_load_asks_and_how_often_it_waits() {
    let bed = Bed::new();
    for project in ["p", "stand-in"] {
        bed.standin.add(project, "app-db-password", b"c4n4ry-1");
        bed.standin.add(project, "app-smtp-user-name", b"ada");
    }
    bed.proxy.delay(Duration::from_millis(400));
    let builder = || {
        let host = bed.proxy.address().to_string();
        Gcp::builder().endpoint(bed.proxy.url()).metadata_host(host)
    };
    let none: [(&str, &str); 0] = [];
    let load = |gcp: &Gcp| drop(Own::loader().env(none).source(gcp.clone()).load().unwrap());

    let gcp = builder().project("p").build().unwrap();
    let plan = planned(&bed, &gcp);
    assert_eq!((plan.0.len(), plan.1), (3, 2), "{plan:?}");
    load(&gcp);
    assert_eq!(asked(&bed), plan);
    // With the token in hand.
    let plan = planned(&bed, &gcp);
    assert_eq!((plan.0.len(), plan.1), (2, 1), "{plan:?}");
    load(&gcp);
    assert_eq!(asked(&bed), plan);

    let gcp = builder().build().unwrap();
    let (calls, waits) = planned(&bed, &gcp);
    load(&gcp);
    let named = calls.iter().map(|call| call.replace("/PROJECT/", "/stand-in/")).collect();
    assert_eq!(asked(&bed), (named, waits));
    assert_eq!((calls.len(), waits), (4, 2), "{calls:?}");
}
