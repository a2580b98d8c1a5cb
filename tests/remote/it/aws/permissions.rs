//! Signatures and permissions, checked by the server.

use config_core::{ExposeSecret, ProblemKind, Secrets};
use config_tests_servers::http::Client;
use config_tests_servers::moto::Server;
use serde_json::{Value, json};

use super::{One, REGION, at, failure};

/// Asks moto's IAM.
fn iam(server: &Server, form: &str) -> String {
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0",
        ),
    ];
    let form = format!("{form}&Version=2010-05-08");
    let answer = Client::new(server.address()).ask("POST", "/", &headers, form.as_bytes()).unwrap();
    let text = String::from_utf8(answer.body).unwrap();
    assert_eq!(answer.status, 200, "{text}");
    text
}

/// A user with this policy, as an access key and its secret.
fn user(server: &Server, name: &str, policy: &str) -> (String, String) {
    iam(server, &format!("Action=CreateUser&UserName={name}"));
    let policy = policy.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    iam(
        server,
        &format!("Action=PutUserPolicy&UserName={name}&PolicyName=p&PolicyDocument={policy}"),
    );
    let answer = iam(server, &format!("Action=CreateAccessKey&UserName={name}"));
    let between = |tag: &str| {
        let (_, after) = answer.split_once(&format!("<{tag}>")).unwrap();
        after.split_once("</").unwrap().0.to_owned()
    };
    (between("AccessKeyId"), between("SecretAccessKey"))
}

fn with(url: &str, place: &str, id: &str, key: &str) -> Vec<(String, String)> {
    let mut pairs = super::without(at(url, place), &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
    pairs.push(("AWS_ACCESS_KEY_ID".to_owned(), id.to_owned()));
    pairs.push(("AWS_SECRET_ACCESS_KEY".to_owned(), key.to_owned()));
    pairs
}

#[test]
fn signatures_hold_and_the_actions_of_the_plan_are_enough() {
    let mut server = Server::start();
    let secret = json!({"Name": "prod/app", "SecretString": r#"{"password": "n0t-a-real-one"}"#});
    server.must(REGION, "CreateSecret", &secret);
    let url = server.url();
    let plan = One::loader().env(at(&url, "prod/app")).plan().unwrap();
    let (_, policy) = plan.policies().next().unwrap();
    // This server looks at actions alone, and stumbles over resources and conditions.
    let mut policy: Value = serde_json::from_str(policy.text()).unwrap();
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Resource"] = json!("*");
        statement.as_object_mut().unwrap().remove("Condition");
    }
    let (may, may_key) = user(&server, "may", &policy.to_string());
    let nothing = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}"#;
    let (may_not, may_not_key) = user(&server, "may-not", nothing);
    server.check_signatures_after(0);
    let settings = One::loader().env(with(&url, "prod/app", &may, &may_key)).load().unwrap();
    assert_eq!(settings.password.expose_secret(), "n0t-a-real-one");
    for (id, key) in [(&may_not, may_not_key.as_str()), (&may, "n0t-the-key")] {
        let (kind, text) = failure::<One>(with(&url, "prod/app", id, key));
        assert_eq!(kind, ProblemKind::Denied, "{text}");
    }
}
