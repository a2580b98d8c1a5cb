//! Writing: secrets, parameters, stages, and AWS's own rotation.

use std::time::{Duration, SystemTime};

use config_core::store::{Expect, Store, VersionState, wait};
use config_core::{Aws, AwsSchedule, FailureKind, Node, Position, Value};
use config_tests_servers::moto::Server;
use config_tests_servers::proxy::Fault;
use config_tests_servers::unique;
use serde_json::json;

use super::{REGION, asked, proxy};

fn account(url: &str) -> Aws {
    let builder = Aws::builder().region(REGION).endpoint(url);
    builder.credentials("AKIAIOSFODNN7EXAMPLE", "n0t-a-real-key").build().unwrap()
}

fn shared() -> Aws {
    account(&Server::shared().url())
}

#[track_caller]
fn text(node: &Node) -> &str {
    match &node.value {
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn current(account: &Aws, name: &str) -> String {
    text(&wait(account.read(name, None)).unwrap().value).to_owned()
}

#[test]
fn a_secret_goes_from_its_first_version_to_its_end() {
    let (account, name) = (shared(), unique("stores/app"));
    let missing = wait(account.read(&name, None)).unwrap_err();
    assert_eq!(missing.kind(), FailureKind::NotFound);
    let first = wait(account.create(&name, &Node::text("first-n0t-real"))).unwrap();
    let again = wait(account.create(&name, &Node::text("other-n0t-real"))).unwrap_err();
    assert_eq!(again.kind(), FailureKind::Conflict);
    let second = wait(account.put(&name, &Node::text("second-n0t-real"), Expect::Any)).unwrap();
    assert_eq!(current(&account, &name), "second-n0t-real");
    let read = wait(account.read(&name, Some(&first.id))).unwrap();
    assert_eq!((text(&read.value), &read.version.id), ("first-n0t-real", &first.id));
    let read = wait(account.read(&name, Some("AWSPREVIOUS"))).unwrap();
    assert_eq!(text(&read.value), "first-n0t-real");
    let versions = wait(account.versions(&name)).unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!((&versions[0].id, versions[0].stages[0].as_str()), (&second.id, "AWSCURRENT"));
    let metadata = wait(account.metadata(&name)).unwrap();
    assert_eq!(metadata.current.as_deref(), Some(second.id.as_str()));
    assert!(metadata.created.unwrap() <= SystemTime::now());

    let kept = wait(account.delete_version(&name, &second.id)).unwrap_err();
    assert_eq!(kept.kind(), FailureKind::Conflict);
    wait(account.delete_version(&name, &first.id)).unwrap();
    let versions = wait(account.versions(&name)).unwrap();
    let gone = versions.iter().find(|version| version.id == first.id);
    assert!(gone.is_none_or(|version| version.state == VersionState::Deleted));
    let none = wait(account.delete_version(&name, "99999999-2222-4333-8444-555555555555"));
    assert_eq!(none.unwrap_err().kind(), FailureKind::NotFound);

    wait(account.delete(&name)).unwrap();
    assert_eq!(wait(account.read(&name, None)).unwrap_err().to_string(), "marked for deletion");
    wait(account.restore(&name)).unwrap();
    assert_eq!(current(&account, &name), "second-n0t-real");
    wait(account.delete_for_good(&name)).unwrap();
    assert_eq!(wait(account.read(&name, None)).unwrap_err().to_string(), "no such secret");
}

#[test]
fn a_write_that_expects_another_version_changes_nothing() {
    let (account, name) = (shared(), unique("stores/expect"));
    let put = |value: &str, expect| wait(account.put(&name, &Node::text(value), expect));
    let first = put("first-n0t-real", Expect::Absent).unwrap();
    assert_eq!(put("b", Expect::Absent).unwrap_err().kind(), FailureKind::Conflict);
    let second = put("second-n0t-real", Expect::Version(&first.id)).unwrap();
    assert_eq!(current(&account, &name), "second-n0t-real");
    let late = put("third-n0t-real", Expect::Version(&first.id)).unwrap_err();
    assert_eq!(late.kind(), FailureKind::Conflict);
    assert_eq!(current(&account, &name), "second-n0t-real");
    let versions = wait(account.versions(&name)).unwrap();
    assert_eq!(versions[0].stages, ["AWSCURRENT"]);
    assert_eq!(versions[0].id, second.id);
}

#[test]
fn bytes_and_tables_come_back_as_they_were_written() {
    let (account, name) = (shared(), unique("stores/bytes"));
    let bytes: Vec<u8> = (0..=255).collect();
    let node = Node::new(Value::Bytes(bytes.clone().into()), Position::default());
    wait(account.put(&name, &node, Expect::Any)).unwrap();
    let read = wait(account.read(&name, None)).unwrap();
    assert!(matches!(read.value.value, Value::Bytes(read) if *read == bytes));
    let table = Node::new(
        Value::Map(vec![("url".to_owned().into(), Node::text("a \"quoted\"\n\u{1F511}"))]),
        Position::default(),
    );
    wait(account.put(&name, &table, Expect::Any)).unwrap();
    let read: serde_json::Value = serde_json::from_str(&current(&account, &name)).unwrap();
    assert_eq!(read, json!({"url": "a \"quoted\"\n\u{1F511}"}));
}

#[test]
fn a_write_whose_answer_was_lost_is_made_again_and_makes_one_version() {
    let proxy = proxy();
    let (account, name) = (account(&proxy.url()), unique("stores/lost"));
    wait(account.create(&name, &Node::text("first-n0t-real"))).unwrap();
    proxy.forget();
    proxy.once(Fault::NoReply);
    wait(account.put(&name, &Node::text("second-n0t-real"), Expect::Any)).unwrap();
    assert_eq!(asked(&proxy), ["PutSecretValue", "PutSecretValue"]);
    assert_eq!(wait(account.versions(&name)).unwrap().len(), 2);
}

#[test]
fn a_staged_version_becomes_the_current_one_for_one_of_two() {
    let (account, name) = (shared(), unique("stores/staged"));
    let first = wait(account.create(&name, &Node::text("first-n0t-real"))).unwrap();
    let transaction = "5f0c2f2e-7a3b-4c44-9c55-1f2f0d9b8a11";
    let next = Node::text("next-n0t-real");
    for _ in 0..2 {
        let staged = wait(account.stage(&name, transaction, &next)).unwrap();
        assert_eq!(staged.id, transaction);
    }
    assert_eq!(current(&account, &name), "first-n0t-real");
    let pending = wait(account.read(&name, Some("AWSPENDING"))).unwrap();
    assert_eq!(text(&pending.value), "next-n0t-real");
    assert_eq!(wait(account.rotation(&name)).unwrap().pending.as_deref(), Some(transaction));

    for _ in 0..2 {
        wait(account.promote(&name, transaction, &first.id)).unwrap();
    }
    assert_eq!(current(&account, &name), "next-n0t-real");
    let late = wait(account.promote(&name, &first.id, &first.id)).unwrap_err();
    assert_eq!(late.kind(), FailureKind::Conflict);
    assert_eq!(current(&account, &name), "next-n0t-real");
    wait(account.move_stage(&name, "AWSPENDING", None, Some(transaction))).unwrap();
    assert_eq!(wait(account.rotation(&name)).unwrap().pending, None);
    assert_eq!(current(&account, &name), "next-n0t-real");
}

#[test]
fn the_rotation_of_aws_is_enabled_scheduled_asked_about_and_ended() {
    let (account, name) = (shared(), unique("stores/rotated"));
    wait(account.create(&name, &Node::text("first-n0t-real"))).unwrap();
    assert!(!wait(account.rotation(&name)).unwrap().enabled);
    let monthly = AwsSchedule::days(30);
    wait(account.enable_rotation(&name, &monthly, None, false)).unwrap();
    let rotation = wait(account.rotation(&name)).unwrap();
    assert!(rotation.enabled);
    assert_eq!(rotation.schedule, Some(monthly));
    let month = Duration::from_secs(30 * 24 * 3600);
    let next = rotation.next.unwrap();
    assert!(next > SystemTime::now() + month / 2 && next < SystemTime::now() + month * 2);
    assert_eq!(wait(account.metadata(&name)).unwrap().next_rotation, Some(next));
    let none = wait(account.disable_rotation(&name)).unwrap_err();
    assert_eq!(none.to_string(), "it has no function that rotates it");
    let proxy = proxy();
    proxy.always(Fault::body("{}"));
    wait(super::stores::account(&proxy.url()).disable_rotation(&name)).unwrap();
    assert_eq!(asked(&proxy), ["CancelRotateSecret"]);
}

#[test]
fn a_parameter_goes_from_its_first_version_to_its_end() {
    let account = shared();
    let name = format!("ssm:/{}", unique("stores/parameter"));
    wait(account.create(&name, &Node::text("first-n0t-real"))).unwrap();
    let again = wait(account.create(&name, &Node::text("other-n0t-real"))).unwrap_err();
    assert_eq!(again.kind(), FailureKind::Conflict);
    let second = wait(account.put(&name, &Node::text("second-n0t-real"), Expect::Any)).unwrap();
    assert_eq!((second.id.as_str(), current(&account, &name)), ("2", "second-n0t-real".to_owned()));
    let first = wait(account.read(&name, Some("1"))).unwrap();
    assert_eq!(text(&first.value), "first-n0t-real");
    let versions = wait(account.versions(&name)).unwrap();
    let ids: Vec<&str> = versions.iter().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["2", "1"]);
    assert_eq!(wait(account.metadata(&name)).unwrap().current.as_deref(), Some("2"));
    let exchange = wait(account.put(&name, &Node::text("x"), Expect::Version("2")));
    assert!(exchange.unwrap_err().to_string().contains("cannot compare"));
    wait(account.delete(&name)).unwrap();
    assert_eq!(wait(account.read(&name, None)).unwrap_err().kind(), FailureKind::NotFound);
    assert_eq!(wait(account.delete(&name)).unwrap_err().kind(), FailureKind::NotFound);
}

#[test]
fn what_a_refusal_is_about_is_named_and_no_value_is() {
    let account = shared();
    let failure = wait(account.put("stores/none@1", &Node::default(), Expect::Any)).unwrap_err();
    assert_eq!(failure.to_string(), "there is no value to write");
    let failure = wait(account.stage("ssm:/a", "b", &Node::text("n0t-a-real-one"))).unwrap_err();
    assert!(failure.to_string().starts_with("ssm:/a: "), "{failure}");
    assert!(!failure.to_string().contains("n0t-a-real-one"));
}

#[test]
fn a_promotion_whose_answer_was_lost_has_been_done() {
    let proxy = proxy();
    let (account, name) = (account(&proxy.url()), unique("stores/promoted"));
    let first = wait(account.create(&name, &Node::text("first-n0t-real"))).unwrap();
    let transaction = "6f0c2f2e-7a3b-4c44-9c55-1f2f0d9b8a11";
    wait(account.stage(&name, transaction, &Node::text("next-n0t-real"))).unwrap();
    proxy.forget();
    proxy.once(Fault::NoReply);
    wait(account.promote(&name, transaction, &first.id)).unwrap();
    assert_eq!(
        asked(&proxy),
        ["UpdateSecretVersionStage", "UpdateSecretVersionStage", "DescribeSecret"]
    );
    assert_eq!(current(&account, &name), "next-n0t-real");
}
