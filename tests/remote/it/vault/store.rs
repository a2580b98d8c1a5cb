//! Writing, and what rotation needs of it.

use std::time::{Duration, SystemTime};

use config_core::store::{Expect, Store, VersionState, wait};
use config_core::{Failure, FailureKind, Node, Position, Text, Value, Vault};
use config_tests_servers::openbao::{Kv, ROOT_TOKEN, Server};
use config_tests_servers::proxy::Fault;
use serde_json::json;

use super::{admin, proxy, requests};

fn vault(url: &str) -> Vault {
    Vault::builder().endpoint(url).token(ROOT_TOKEN).build().unwrap()
}

fn store() -> (Vault, Kv) {
    (vault(&Server::shared().url()), admin().kv(2))
}

fn table(value: &str) -> Node {
    let entries = vec![(Text::new("password".to_owned()), Node::from(value))];
    Node::new(Value::Map(entries), Position::default())
}

fn password(node: &Node) -> &str {
    match &node.entry("password").expect("it has a password").value {
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

fn kind<T: std::fmt::Debug>(result: Result<T, Failure>) -> FailureKind {
    result.expect_err("it has to fail").kind()
}

#[test]
fn a_secret_is_created_once() {
    let (vault, kv) = store();
    let name = format!("{}/team/app", kv.mount);
    let version = wait(vault.create(&name, &table("first \"quoted\"\n\\ ö"))).unwrap();
    assert_eq!((version.id.as_str(), version.state), ("1", VersionState::Enabled));
    let age = SystemTime::now().duration_since(version.created.unwrap()).unwrap();
    assert!(age < Duration::from_secs(60), "{age:?}");
    assert_eq!(kind(wait(vault.create(&name, &table("second")))), FailureKind::Conflict);
    let stored = wait(vault.read(&name, None)).unwrap();
    assert_eq!(password(&stored.value), "first \"quoted\"\n\\ ö");
    assert_eq!(kv.data("team/app")["password"], "first \"quoted\"\n\\ ö");
}

#[test]
fn a_write_that_expects_another_version_changes_nothing() {
    let (vault, kv) = store();
    let name = format!("{}/app", kv.mount);
    wait(vault.create(&name, &table("first"))).unwrap();
    let second = wait(vault.put(&name, &table("second"), Expect::Version("1"))).unwrap();
    assert_eq!(second.id, "2");
    for expect in [Expect::Version("1"), Expect::Absent, Expect::Version("9")] {
        assert_eq!(kind(wait(vault.put(&name, &table("x"), expect))), FailureKind::Conflict);
    }
    assert_eq!(kv.current("app"), 2);
    assert_eq!(wait(vault.put(&name, &table("third"), Expect::Any)).unwrap().id, "3");
    assert_eq!(password(&wait(vault.read(&name, Some("2"))).unwrap().value), "second");
}

#[test]
fn of_many_who_write_at_once_one_wins() {
    let (vault, kv) = store();
    let name = format!("{}/app", kv.mount);
    wait(vault.create(&name, &table("first"))).unwrap();
    let results: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (vault, name) = (&vault, &name);
                scope.spawn(move || {
                    let value = table(&format!("of writer {writer}"));
                    wait(vault.put(name, &value, Expect::Version("1")))
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(kv.current("app"), 2);
}

#[test]
fn versions_are_listed_newest_first_with_their_states() {
    let (vault, kv) = store();
    let name = format!("{}/app", kv.mount);
    for value in ["a", "b", "c"] {
        wait(vault.put(&name, &table(value), Expect::Any)).unwrap();
    }
    wait(vault.delete_version(&name, "2")).unwrap();
    wait(vault.destroy_version(&name, "1")).unwrap();
    let versions = wait(vault.versions(&name)).unwrap();
    let states: Vec<_> = versions.iter().map(|version| (&*version.id, version.state)).collect();
    assert_eq!(
        states,
        [
            ("3", VersionState::Enabled),
            ("2", VersionState::Deleted),
            ("1", VersionState::Destroyed)
        ]
    );
    assert_eq!(kind(wait(vault.read(&name, Some("2")))), FailureKind::NotFound);
    wait(vault.undelete_version(&name, "2")).unwrap();
    assert_eq!(password(&wait(vault.read(&name, Some("2"))).unwrap().value), "b");
    assert_eq!(kind(wait(vault.delete_version(&name, "9"))), FailureKind::NotFound);
    assert_eq!(kind(wait(vault.delete_version(&name, "x"))), FailureKind::Malformed);
}

#[test]
fn a_secret_is_taken_away_with_all_its_versions() {
    let (vault, kv) = store();
    let name = format!("{}/app", kv.mount);
    wait(vault.create(&name, &table("first"))).unwrap();
    wait(vault.delete(&name)).unwrap();
    assert_eq!(kind(wait(vault.read(&name, None))), FailureKind::NotFound);
    assert_eq!(kind(wait(vault.versions(&name))), FailureKind::NotFound);
    assert_eq!(kind(wait(vault.delete(&name))), FailureKind::NotFound);
    assert_eq!(wait(vault.create(&name, &table("again"))).unwrap().id, "1");
}

#[test]
fn metadata_holds_labels_and_times() {
    let (vault, kv) = store();
    let name = format!("{}/app", kv.mount);
    wait(vault.create(&name, &table("first"))).unwrap();
    wait(vault.put_metadata(&name, [("owner", "team-a"), ("quo\"te", "x")])).unwrap();
    let metadata = wait(vault.metadata(&name)).unwrap();
    assert_eq!(metadata.current.as_deref(), Some("1"));
    assert_eq!(metadata.labels["owner"], "team-a");
    assert_eq!(metadata.labels["quo\"te"], "x");
    assert!(metadata.created.is_some() && metadata.updated >= metadata.created);
}

#[test]
fn a_write_whose_reply_is_lost_is_not_made_again() {
    let kv = admin().kv(2);
    let proxy = proxy();
    let vault = vault(&proxy.url());
    let name = format!("{}/app", kv.mount);
    wait(vault.create(&name, &table("first"))).unwrap();
    proxy.forget();
    proxy.once(Fault::NoReply);
    let failure = wait(vault.put(&name, &table("second"), Expect::Version("1"))).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unreachable);
    assert!(failure.to_string().contains("whether it was carried out is not known"), "{failure}");
    assert_eq!(requests(&proxy), [format!("POST /v1/{}/data/app", kv.mount)]);
    assert_eq!(kv.current("app"), 2);
}

#[test]
fn version_1_is_written_to_but_expects_nothing() {
    let kv = admin().kv(1);
    let vault = vault(&Server::shared().url());
    let name = format!("{}/app", kv.mount);
    assert_eq!(kind(wait(vault.create(&name, &table("x")))), FailureKind::Malformed);
    wait(vault.put(&name, &table("first"), Expect::Any)).unwrap();
    assert_eq!(password(&wait(vault.read(&name, None)).unwrap().value), "first");
    assert_eq!(kv.data("app"), json!({ "password": "first" }));
    assert_eq!(kind(wait(vault.versions(&name))), FailureKind::Malformed);
    wait(vault.delete(&name)).unwrap();
    assert_eq!(kind(wait(vault.read(&name, None))), FailureKind::NotFound);
}

#[test]
fn what_may_not_be_written_is_denied_with_the_missing_rule() {
    let (_, kv) = store();
    let token = admin().token(&[&admin().may_read(&kv.mount)], "1h");
    let vault = Vault::builder().endpoint(Server::shared().url()).token(token).build().unwrap();
    let name = format!("{}/app", kv.mount);
    let failure = wait(vault.create(&name, &table("first"))).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Denied);
    assert!(failure.to_string().contains(&format!("create {}/data/app", kv.mount)), "{failure}");
}

#[test]
fn nothing_is_written_where_no_kv_is_mounted() {
    let vault = vault(&Server::shared().url());
    assert_eq!(kind(wait(vault.create("cubbyhole/app", &table("x")))), FailureKind::Malformed);
    assert!(wait(vault.create("no-such-mount/app", &table("x"))).is_err());
    assert_eq!(kind(wait(vault.create("secret/app", &Node::from("text")))), FailureKind::Malformed);
}
