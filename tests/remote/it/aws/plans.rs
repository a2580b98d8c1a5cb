//! What a load would ask, cost and need.

use std::time::Duration;

use config_core::{SecretString, Secrets};
use serde_json::Value;

use super::{One, at, environment, failure};

#[derive(Debug, Secrets)]
#[secrets(sources(aws("prod/app")))]
#[expect(dead_code, reason = "it is planned and never loaded")]
struct Settings {
    #[secret(required, format = any)]
    password: SecretString,
    #[secret(required, format = any, aws = "prod/db#url")]
    url: SecretString,
    #[secret(required, format = any, aws = "prod/db@AWSPREVIOUS#url")]
    previous: SecretString,
    #[secret(required, format = any, aws = "ssm:/prod/key")]
    key: SecretString,
    #[secret(required, format = any, aws = "ssm:/prod/all/#a.b")]
    below: SecretString,
}

#[test]
fn a_plan_says_calls_price_and_policy_and_asks_nobody() {
    let plan = Settings::loader().env(environment("http://127.0.0.1:9")).plan().unwrap();
    let source = &plan.sources()[0];
    assert_eq!(
        source.reads(),
        [
            "BatchGetSecretValue prod/app prod/db",
            "GetSecretValue prod/db@AWSPREVIOUS",
            "GetParametersByPath /prod/all",
            "GetParameter /prod/key",
        ]
    );
    assert_eq!(plan.round_trips(), 1);
    // Three secrets at $0.05 for 10,000 calls, once an hour for a month of 30 days.
    let cost = plan.monthly_cost(Duration::from_secs(3600));
    assert!((cost - 3.0 * 0.000_005 * 24.0 * 30.0).abs() < 0.001, "{cost}");
    let (_, policy) = plan.policies().next().unwrap();
    let policy: Value = serde_json::from_str(policy.text()).unwrap();
    let allowed: Vec<(&str, Vec<&str>)> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| {
            let resources = statement["Resource"].as_array().unwrap();
            let resources = resources.iter().map(|resource| resource.as_str().unwrap()).collect();
            (statement["Action"].as_str().unwrap(), resources)
        })
        .collect();
    let secret = |name: &str| format!("arn:aws:secretsmanager:eu-west-1:*:secret:{name}-??????");
    let (app, db) = (secret("prod/app"), secret("prod/db"));
    assert_eq!(
        allowed,
        [
            ("secretsmanager:GetSecretValue", vec![app.as_str(), &db]),
            ("secretsmanager:BatchGetSecretValue", vec!["*"]),
            ("ssm:GetParameter", vec!["arn:aws:ssm:eu-west-1:*:parameter/prod/key"]),
            (
                "ssm:GetParametersByPath",
                vec![
                    "arn:aws:ssm:eu-west-1:*:parameter/prod/all",
                    "arn:aws:ssm:eu-west-1:*:parameter/prod/all/*",
                ]
            ),
            ("kms:Decrypt", vec!["*"]),
        ]
    );
}

#[test]
fn what_is_missing_can_be_put_there_by_the_command_that_is_told() {
    let url = config_tests_servers::moto::Server::shared().url();
    let (_, text) = failure::<One>(at(&url, "plans/none"));
    assert!(
        text.contains("run, and type {\"password\": \"..\"}: read -rs V && printf %s \"$V\" | aws secretsmanager create-secret --region eu-west-1 --name plans/none --secret-string file:///dev/stdin"),
        "{text}"
    );
    let there = config_tests_servers::unique("plans/there");
    super::secret(&there, r#"{"pasword": "n0t-a-real-one"}"#);
    let (_, text) = failure::<One>(at(&url, &there));
    assert!(text.contains("add \"password\" to the JSON that is there: aws"), "{text}");
    assert!(text.contains("did you mean pasword?"), "{text}");
    assert!(!text.contains("n0t-a-real"), "{text}");
    let (_, text) = failure::<One>(at(&url, "ssm:/plans/none"));
    assert!(
        text.contains("| aws ssm put-parameter --region eu-west-1 --type SecureString --name /plans/none/password --value file:///dev/stdin"),
        "{text}"
    );
}
