//! What a load would ask, cost and need.

use config_core::{SecretString, Secrets, testing};
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
        ["GET /v1/projects/of-file/secrets/app-password/versions/latest:access"]
    );
    let given = [("K_SERVICE", "app"), ("GCLOUD_PROJECT", "run")];
    let plan = sandbox.loader::<One>(given).plan().unwrap();
    assert_eq!(plan.round_trips(), 2);
    assert!(plan.sources()[0].reads()[0].starts_with("GET /v1/projects/run/"));
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
        ["GET /v1/projects/p/secrets/test-settings/versions/latest:access"]
    );
    let error = sandbox.loader::<Placed>([("STAGE", "")]).load().unwrap_err().to_string();
    assert!(error.contains("STAGE is not set"), "{error}");
}
