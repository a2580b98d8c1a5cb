//! The rotation that AWS does itself: what it is told, and what it tells.

use std::time::SystemTime;

use config_core::store::wait;
use config_core::{Aws, AwsSchedule, FailureKind};
use config_tests_servers::http::{Request, Response};
use serde_json::{Value, json};

use super::REGION;
use crate::witness::Witness;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";

fn account(url: &str) -> Aws {
    let builder = Aws::builder().region(REGION).endpoint(url);
    builder.credentials("AKIAIOSFODNN7EXAMPLE", "n0t-a-real-key").build().unwrap()
}

fn answering(answer: Value) -> Witness {
    Witness::answering(move |_| Response::json(200, &answer))
}

/// What was asked for last, and with which body; the token that makes a call the same when it is made again is taken out.
#[track_caller]
fn told(request: &Request) -> (String, Value) {
    let action = request.headers.value("x-amz-target").unwrap().to_owned();
    let mut body = request.json();
    if action == "secretsmanager.RotateSecret" {
        let token = body.as_object_mut().unwrap().remove("ClientRequestToken").unwrap();
        assert!((32..=64).contains(&token.as_str().unwrap().len()), "{token}");
    }
    (action, body)
}

#[test]
fn a_rotation_is_enabled_by_its_schedule_its_function_and_whether_it_begins_at_once() {
    let aws = answering(json!({}));
    let account = account(&aws.url());
    let rows = [
        (AwsSchedule::days(30), None, false, json!({ "AutomaticallyAfterDays": 30 })),
        (
            AwsSchedule::days(7).window("3h"),
            Some(FUNCTION),
            true,
            json!({ "AutomaticallyAfterDays": 7, "Duration": "3h" }),
        ),
        (
            AwsSchedule::expression("cron(0 4 1 * ? *)").window("2h"),
            Some(FUNCTION),
            false,
            json!({ "ScheduleExpression": "cron(0 4 1 * ? *)", "Duration": "2h" }),
        ),
        (
            AwsSchedule::expression("rate(10 days)"),
            None,
            true,
            json!({ "ScheduleExpression": "rate(10 days)" }),
        ),
    ];
    for (schedule, function, at_once, rules) in rows {
        wait(account.enable_rotation("prod/db", &schedule, function, at_once)).unwrap();
        let mut expected = json!({
            "SecretId": "prod/db", "RotationRules": rules, "RotateImmediately": at_once,
        });
        if let Some(function) = function {
            expected["RotationLambdaARN"] = json!(function);
        }
        assert_eq!(told(&aws.last()), ("secretsmanager.RotateSecret".to_owned(), expected));
    }
}

#[test]
fn a_rotation_now_changes_nothing_of_how_it_was_set_up() {
    let aws = answering(json!({}));
    wait(account(&aws.url()).rotate_now("prod/db")).unwrap();
    let expected = json!({ "SecretId": "prod/db" });
    assert_eq!(told(&aws.last()), ("secretsmanager.RotateSecret".to_owned(), expected));
}

#[test]
fn a_rotation_is_ended_by_the_name_of_the_secret_alone() {
    let aws = answering(json!({}));
    wait(account(&aws.url()).disable_rotation("prod/db")).unwrap();
    let expected = json!({ "SecretId": "prod/db" });
    assert_eq!(told(&aws.last()), ("secretsmanager.CancelRotateSecret".to_owned(), expected));
}

#[test]
fn each_rotation_has_a_token_of_its_own() {
    let aws = answering(json!({}));
    let account = account(&aws.url());
    for _ in 0..2 {
        wait(account.rotate_now("prod/db")).unwrap();
    }
    let tokens: Vec<Value> =
        aws.seen().iter().map(|asked| asked.json()["ClientRequestToken"].clone()).collect();
    assert_ne!(tokens[0], tokens[1]);
}

#[test]
fn how_a_rotation_stands_is_read_with_its_expression_window_function_and_dates() {
    let versions = json!({ "one": ["AWSCURRENT"], "two": ["AWSPENDING"] });
    let aws = answering(json!({
        "Name": "prod/db",
        "RotationEnabled": true,
        "RotationLambdaARN": FUNCTION,
        "RotationRules": { "ScheduleExpression": "rate(10 days)", "Duration": "3h" },
        "LastRotatedDate": 1_700_000_000.25,
        "NextRotationDate": 1_700_864_000,
        "VersionIdsToStages": versions,
    }));
    let rotation = wait(account(&aws.url()).rotation("prod/db")).unwrap();
    assert!(rotation.enabled);
    assert_eq!(rotation.function.as_deref(), Some(FUNCTION));
    assert_eq!(rotation.schedule, Some(AwsSchedule::expression("rate(10 days)").window("3h")));
    let after = |time: Option<SystemTime>| {
        time.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
    };
    assert_eq!((after(rotation.last), after(rotation.next)), (1_700_000_000, 1_700_864_000));
    assert_eq!(rotation.pending.as_deref(), Some("two"));
    assert_eq!(told(&aws.last()).0, "secretsmanager.DescribeSecret");
}

#[test]
fn what_aws_does_not_accept_is_told_and_a_parameter_is_not_rotated() {
    let message = "The ScheduleExpression is not valid.";
    let aws = Witness::answering(move |_| {
        Response::json(400, &json!({ "__type": "InvalidParameterException", "message": message }))
    });
    let account = account(&aws.url());
    let schedule = AwsSchedule::expression("now and then");
    let failure = wait(account.enable_rotation("prod/db", &schedule, None, false)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed, "{failure}");
    for failure in [
        wait(account.rotate_now("ssm:/prod/db")).unwrap_err(),
        wait(account.disable_rotation("ssm:/prod/db")).unwrap_err(),
        wait(account.rotation("ssm:/prod/db")).unwrap_err(),
        wait(account.enable_rotation("ssm:/prod/db", &schedule, None, false)).unwrap_err(),
    ] {
        assert!(failure.to_string().starts_with("ssm:/prod/db: "), "{failure}");
    }
    assert_eq!(aws.seen().len(), 1);
}

#[test]
fn a_schedule_of_days_is_told_apart_from_one_by_an_expression() {
    let aws = answering(json!({ "RotationRules": { "AutomaticallyAfterDays": 30 } }));
    let rotation = wait(account(&aws.url()).rotation("prod/db")).unwrap();
    assert_eq!(rotation.schedule, Some(AwsSchedule::days(30)));
    assert!(!rotation.enabled && rotation.function.is_none() && rotation.pending.is_none());
    assert_eq!((rotation.last, rotation.next), (None, None));
}
