//! What a load would ask, cost and need.

use std::time::Duration;

use config_core::{SecretString, Secrets};
use config_tests_servers::proxy::{Logged, Proxy, rounds};
use config_tests_servers::unique;
use serde_json::Value;

use super::chain::{in_child, metadata, place};
use super::{One, asked, at, environment, failure, parameter, proxy};

/// Longer than it takes until all of a round have come, and shorter than the metadata of a machine is waited for.
const DELAY: Duration = Duration::from_millis(400);

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
            "GetParametersByPath /prod/all, and further pages of 10 parameters, one by one",
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

/// What was asked, as `GET /path`, in order.
fn requests(proxy: &Proxy) -> Vec<String> {
    proxy.requests().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
}

#[test]
fn a_plan_is_what_a_machine_and_the_service_are_asked_and_how_often_that_is_waited_for() {
    let (metadata, service, place) = (metadata(), proxy(), place());
    let machine = Proxy::before(metadata.address());
    [&machine, &service].iter().for_each(|proxy| proxy.delay(DELAY));
    let text = in_child(&[
        ("PLACE", &place),
        ("AWS_ENDPOINT_URL", &service.url()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &machine.url()),
    ]);
    assert!(text.contains("the child has loaded"), "{text}");
    let planned: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("planned: "))
        .map(|call| call.replace(" at the machine's metadata", "").replace("/ROLE", "/role"))
        .collect();
    let mut log = requests(&machine);
    log.extend(asked(&service).iter().map(|action| format!("{action} {place}")));
    assert_eq!(planned, log);
    let all = machine.requests().into_iter().chain(service.requests());
    let waited = rounds(all.filter_map(|logged| Logged::span(&logged)));
    assert_eq!(waited, 4);
    assert!(text.contains("planned to wait: 4"), "{text}");
}

/// More parameters than one answer has.
#[derive(Debug, Secrets)]
#[secrets(sources(aws("{PLACE}")))]
#[expect(dead_code, reason = "what is asked counts")]
struct Eleven {
    #[setting(required)]
    k0: u16,
    #[setting(required)]
    k1: u16,
    #[setting(required)]
    k2: u16,
    #[setting(required)]
    k3: u16,
    #[setting(required)]
    k4: u16,
    #[setting(required)]
    k5: u16,
    #[setting(required)]
    k6: u16,
    #[setting(required)]
    k7: u16,
    #[setting(required)]
    k8: u16,
    #[setting(required)]
    k9: u16,
    #[setting(required)]
    k10: u16,
}

#[test]
fn a_path_is_planned_and_asked_for_page_by_page() {
    let path = format!("/{}", unique("pages"));
    (0..11).for_each(|index| parameter(&format!("{path}/k{index}"), "7", "String"));
    let proxy = proxy();
    let loader = || Eleven::loader().env(at(&proxy.url(), &format!("ssm:{path}")));
    let plan = loader().plan().unwrap();
    let first = format!("GetParametersByPath {path}");
    let last = format!("{first}, page 2, and further pages of 10 parameters, one by one");
    assert_eq!(plan.sources()[0].reads(), [first, last]);
    loader().load().unwrap();
    assert_eq!(asked(&proxy), ["GetParametersByPath", "GetParametersByPath"]);
    assert_eq!((plan.round_trips(), proxy.rounds()), (2, 2));
}
