//! AWS.

use config_tests_servers::{moto::Server, unique};
use serde_json::json;

#[test]
fn secrets_are_kept_by_region() {
    let server = Server::shared();
    let name = unique("prod/app");
    server.must("us-east-1", "CreateSecret", &json!({ "Name": name, "SecretString": "hunter2" }));
    let ask = json!({ "SecretId": name, "VersionStage": "AWSCURRENT" });
    assert_eq!(server.must("us-east-1", "GetSecretValue", &ask)["SecretString"], "hunter2");
    let (status, answer) = server.call("eu-west-1", "GetSecretValue", &ask);
    assert!(
        status >= 400 && answer["__type"].as_str().unwrap().contains("ResourceNotFound"),
        "{answer}"
    );
}

#[test]
fn a_reset_server_knows_nothing() {
    let mut server = Server::start();
    server.must("us-east-1", "CreateSecret", &json!({ "Name": "app", "SecretString": "hunter2" }));
    server.reset();
    assert_ne!(server.call("us-east-1", "GetSecretValue", &json!({ "SecretId": "app" })).0, 200);
}

#[test]
fn signatures_are_checked_when_asked_for() {
    let mut server = Server::start();
    let list = json!({});
    assert_eq!(server.call("us-east-1", "ListSecrets", &list).0, 200);
    server.check_signatures_after(0);
    assert!([401, 403].contains(&server.call("us-east-1", "ListSecrets", &list).0));
}
