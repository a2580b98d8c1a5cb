//! Signatures and permissions, checked by the server.

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::http::Client;
use config_tests_servers::moto::Server;
use serde_json::{Value, json};

use super::{REGION, at};

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

/// Something of every call that reads.
#[derive(Debug, Secrets)]
#[secrets(sources(aws("prod/app")))]
struct Every {
    #[secret(required, format = any)]
    password: SecretString,
    #[secret(required, format = any, aws = "prod/other#value")]
    other: SecretString,
    #[secret(required, format = any, aws = "prod/db@AWSCURRENT#url")]
    pinned: SecretString,
    #[secret(required, format = any, aws = "ssm:/prod/one")]
    one: SecretString,
    #[secret(required, format = any, aws = "ssm:/prod/two")]
    two: SecretString,
    #[secret(required, format = any, aws = "ssm:/prod/old@1")]
    old: SecretString,
    #[secret(required, format = any, aws = "ssm:/prod/all/#a.b")]
    below: SecretString,
}

impl Every {
    fn values(&self) -> Vec<&str> {
        let Self { password, other, pinned, one, two, old, below } = self;
        [password, other, pinned, one, two, old, below].map(ExposeSecret::expose_secret).to_vec()
    }

    fn policy(url: &str) -> Value {
        let plan = Self::loader().env(at(url, "")).plan().unwrap();
        let (_, policy) = plan.policies().next().unwrap();
        serde_json::from_str(policy.text()).unwrap()
    }
}

/// Makes all of that; gives the names of the secrets in AWS's own words.
fn every(server: &Server) -> Vec<String> {
    let texts = [
        ("prod/app", r#"{"password": "n0t-real-1"}"#),
        ("prod/other", r#"{"value": "n0t-real-2"}"#),
        ("prod/db", r#"{"url": "n0t-real-3"}"#),
    ];
    let arns = texts.map(|(name, text)| {
        let secret = json!({ "Name": name, "SecretString": text });
        let made = server.must(REGION, "CreateSecret", &secret);
        made["ARN"].as_str().unwrap().to_owned()
    });
    let values = [("one", "n0t-real-4"), ("two", "n0t-real-5"), ("old", "n0t-real-6")];
    for (name, value) in values.into_iter().chain([("all/a/b", "n0t-real-7")]) {
        let put =
            json!({ "Name": format!("/prod/{name}"), "Value": value, "Type": "SecureString" });
        let target = "AmazonSSM.PutParameter";
        let (status, answer) = server.call_as("AKIAIOSFODNN7EXAMPLE", REGION, "ssm", target, &put);
        assert_eq!(status, 200, "{answer}");
    }
    arns.to_vec()
}

/// The policy as this server understands it, without one action: it looks at actions alone, and stumbles over conditions.
fn of_actions(policy: &Value, without: &str) -> String {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let kept: Vec<Value> = statements
        .filter(|statement| statement["Action"] != without)
        .map(|statement| json!({ "Effect": "Allow", "Action": statement["Action"], "Resource": "*" }))
        .collect();
    json!({ "Version": "2012-10-17", "Statement": kept }).to_string()
}

#[test]
fn signatures_hold_and_the_actions_of_the_plan_are_enough_and_none_is_too_many() {
    let mut server = Server::start();
    every(&server);
    let url = server.url();
    let policy = Every::policy(&url);
    let (may, may_key) = user(&server, "may", &of_actions(&policy, "none"));
    // What cannot be read without it; what is denied as a batch is asked for one by one, which this server allows for all.
    let needed = [
        ("secretsmanager:GetSecretValue", &["pinned"][..]),
        ("ssm:GetParameter", &["old"]),
        ("ssm:GetParametersByPath", &["below"]),
    ];
    let lacking = needed.map(|(action, paths)| {
        let name = action.replace(':', "-");
        (action, paths, user(&server, &name, &of_actions(&policy, action)))
    });
    server.check_signatures_after(0);
    let every = Every::loader().env(with(&url, "", &may, &may_key)).load().unwrap();
    let expected: Vec<String> = (1..=7).map(|number| format!("n0t-real-{number}")).collect();
    assert_eq!(every.values(), expected);
    for (action, paths, (id, key)) in lacking {
        let error = Every::loader().env(with(&url, "", &id, &key)).load().expect_err(action);
        let denied: Vec<&str> = error
            .iter()
            .filter(|problem| problem.kind() == ProblemKind::Denied)
            .map(config_core::Problem::path)
            .collect();
        assert_eq!(denied, paths, "{action}: {error}");
        assert_eq!(error.iter().count(), paths.len(), "{action}: {error}");
    }
    let wrong = Every::loader().env(with(&url, "", &may, "n0t-the-key")).load().unwrap_err();
    assert!(wrong.iter().all(|problem| problem.kind() == ProblemKind::Denied), "{wrong}");
}

/// Whether a pattern of a policy means a name.
fn means(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return name.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    match first {
        '*' => (0..=name.len()).any(|at| name.is_char_boundary(at) && means(rest, &name[at..])),
        _ => name.chars().next().is_some_and(|letter| {
            (first == '?' || first == letter) && means(rest, &name[letter.len_utf8()..])
        }),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn the_resources_of_the_plan_are_what_is_read_and_nothing_beside_it() {
    let server = Server::start();
    let arns = every(&server);
    let policy = Every::policy(&server.url());
    let allows = |action: &str, arn: &str| {
        let mut statements = policy["Statement"].as_array().unwrap().iter();
        statements.any(|statement| {
            statement["Effect"] == "Allow"
                && statement["Action"] == action
                && texts(&statement["Resource"]).iter().any(|resource| means(resource, arn))
        })
    };
    let secret = |arn: &str| allows("secretsmanager:GetSecretValue", arn);
    assert!(arns.iter().all(|arn| secret(arn)), "{arns:?} {policy}");
    let beside = ["prod/application", "prod/app-blue", "prod/ap", "prod/app/db", "staging/app"];
    for name in beside {
        let made = json!({ "Name": name, "SecretString": "n0t-real" });
        let made = server.must(REGION, "CreateSecret", &made);
        assert!(!secret(made["ARN"].as_str().unwrap()), "{name}");
    }
    assert!(!secret(&arns[0].replace(REGION, "us-east-1")), "another region");
    let parameter = |action: &str, name: &str| {
        allows(action, &format!("arn:aws:ssm:{REGION}:123456789012:parameter/prod/{name}"))
    };
    assert!(parameter("ssm:GetParameter", "old") && !parameter("ssm:GetParameter", "older"));
    for name in ["one", "two"] {
        assert!(parameter("ssm:GetParameters", name), "{name}");
        assert!(!parameter("ssm:GetParameter", name), "{name} is read with the others");
    }
    assert!(!parameter("ssm:GetParameters", "three"));
    for name in ["all", "all/a", "all/a/b"] {
        assert!(parameter("ssm:GetParametersByPath", name), "{name}");
    }
    assert!(!parameter("ssm:GetParametersByPath", "allies/a"));
}

#[test]
fn the_one_permission_for_every_key_is_bound_to_the_services_that_are_read_by() {
    let policy = Every::policy("http://127.0.0.1:9");
    for statement in policy["Statement"].as_array().unwrap() {
        if statement["Action"] != "kms:Decrypt" {
            assert_eq!(statement["Condition"], Value::Null, "{statement}");
            continue;
        }
        let condition = statement["Condition"].as_object().unwrap();
        assert_eq!(condition.keys().collect::<Vec<_>>(), ["StringLike"]);
        let bound = condition["StringLike"].as_object().unwrap();
        assert_eq!(bound.keys().collect::<Vec<_>>(), ["kms:ViaService"]);
        let via = |service: &str| {
            texts(&bound["kms:ViaService"]).iter().any(|pattern| means(pattern, service))
        };
        for service in ["secretsmanager.eu-west-1.amazonaws.com", "ssm.cn-north-1.amazonaws.com.cn"]
        {
            assert!(via(service), "{service}");
        }
        for service in ["s3.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com"] {
            assert!(!via(service), "{service}");
        }
    }
    let actions = policy["Statement"].as_array().unwrap().iter();
    assert_eq!(actions.filter(|statement| statement["Action"] == "kms:Decrypt").count(), 1);
}
