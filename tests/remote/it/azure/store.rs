//! Writing to a vault.

use config_core::store::{Expect, Store, VersionState, wait};
use config_core::{Azure, AzureProperties, FailureKind, Node, Position, Value};
use config_tests_servers::azure::StandIn;
use config_tests_servers::vendor::Failure;

use super::{asked, azure};

fn vault(standin: &StandIn) -> Azure {
    azure(standin).build().unwrap()
}

fn text(node: &Node) -> &str {
    match &node.value {
        Value::Text(text) => text,
        other => panic!("is {other:?}"),
    }
}

#[test]
fn what_was_written_is_read_by_version_and_without() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let odd = "a\"b\\c\nä🦀";
    let first = wait(vault.create("db", &Node::text(odd))).unwrap();
    let second = wait(vault.put("db", &Node::text("two"), Expect::Version(&first.id))).unwrap();
    assert_ne!(first.id, second.id);
    let current = wait(vault.read("db", None)).unwrap();
    assert_eq!((text(&current.value), &current.version.id), ("two", &second.id));
    let earlier = wait(vault.read("db", Some(&first.id))).unwrap();
    assert_eq!(text(&earlier.value), odd);
}

#[test]
fn bytes_come_back_as_bytes_and_tables_as_json() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let bytes = Node::new(Value::Bytes(vec![0xff, 0, 1].into()), Position::default());
    wait(vault.create("key", &bytes)).unwrap();
    let read = wait(vault.read("key", None)).unwrap();
    assert!(matches!(&read.value.value, Value::Bytes(read) if **read == [0xff, 0, 1]));
    let table = Value::Map(vec![("port".to_owned().into(), Node::from(1))]);
    wait(vault.create("all", &Node::new(table, Position::default()))).unwrap();
    assert_eq!(text(&wait(vault.read("all", None)).unwrap().value), r#"{"port":1}"#);
}

#[test]
fn a_write_that_expects_something_else_is_a_conflict_and_writes_nothing() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let first = wait(vault.create("db", &Node::text("one"))).unwrap();
    wait(vault.put("db", &Node::text("two"), Expect::Any)).unwrap();
    let conflicts = [
        wait(vault.create("db", &Node::text("x"))),
        wait(vault.put("db", &Node::text("x"), Expect::Version(&first.id))),
        wait(vault.put("other", &Node::text("x"), Expect::Version(&first.id))),
    ];
    for conflict in conflicts {
        assert_eq!(conflict.unwrap_err().kind(), FailureKind::Conflict);
    }
    assert_eq!(wait(vault.versions("db")).unwrap().len(), 2);
}

#[test]
fn the_newest_version_comes_first_though_the_vault_lists_them_in_no_order() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let mut last = String::new();
    for number in 0..30 {
        last = wait(vault.put("db", &Node::from(number), Expect::Any)).unwrap().id;
    }
    let versions = wait(vault.versions("db")).unwrap();
    assert_eq!(versions.len(), 30);
    assert_eq!(versions[0].id, last);
    let metadata = wait(vault.metadata("db")).unwrap();
    assert_eq!(metadata.current, Some(last));
    assert!(metadata.created.is_some());
}

#[test]
fn a_version_is_switched_off_and_on_again() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let first = wait(vault.create("db", &Node::text("one"))).unwrap();
    wait(vault.delete_version("db", &first.id)).unwrap();
    let refused = wait(vault.read("db", None)).unwrap_err();
    assert_eq!(refused.to_string(), "the secret is disabled");
    assert_eq!(wait(vault.versions("db")).unwrap()[0].state, VersionState::Disabled);
    let conflict = wait(vault.create("db", &Node::text("x"))).unwrap_err();
    assert_eq!(conflict.kind(), FailureKind::Conflict);
    wait(vault.update("db", &first.id, AzureProperties::default().enabled(true))).unwrap();
    assert!(wait(vault.read("db", None)).is_ok());
}

#[test]
fn a_version_is_found_again_by_its_tag() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let tagged = AzureProperties::default().tag("transaction", "7f3a");
    let mine = wait(vault.set("db", &Node::text("one"), tagged)).unwrap();
    wait(vault.put("db", &Node::text("two"), Expect::Any)).unwrap();
    let history = wait(vault.history("db")).unwrap();
    let found = history.iter().find(|known| known.properties.tags.contains_key("transaction"));
    assert_eq!(found.unwrap().version.id, mine.version.id);
}

#[test]
fn a_deleted_secret_can_be_brought_back_until_it_is_purged() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    wait(vault.create("db", &Node::text("one"))).unwrap();
    assert_eq!(wait(vault.deleted("db")).unwrap(), None);
    wait(vault.delete("db")).unwrap();
    let deleted = wait(vault.deleted("db")).unwrap().unwrap();
    assert!(deleted.purged > deleted.deleted);
    assert_eq!(wait(vault.read("db", None)).unwrap_err().kind(), FailureKind::NotFound);
    let taken = wait(vault.create("db", &Node::text("two"))).unwrap_err();
    assert!(taken.to_string().contains("was deleted and can be recovered"), "{taken}");
    wait(vault.recover("db")).unwrap();
    assert_eq!(text(&wait(vault.read("db", None)).unwrap().value), "one");
    wait(vault.delete("db")).unwrap();
    wait(vault.purge("db")).unwrap();
    assert_eq!(wait(vault.recover("db")).unwrap_err().kind(), FailureKind::NotFound);
    assert!(wait(vault.create("db", &Node::text("three"))).is_ok());
}

#[test]
fn what_is_not_there_is_not_found() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let version = "0123456789abcdef0123456789abcdef";
    let none = [
        wait(vault.read("db", None)).map(drop),
        wait(vault.read("db", Some(version))).map(drop),
        wait(vault.versions("db")).map(drop),
        wait(vault.metadata("db")).map(drop),
        wait(vault.delete_version("db", version)),
        wait(vault.delete("db")),
    ];
    for outcome in none {
        assert_eq!(outcome.unwrap_err().kind(), FailureKind::NotFound);
    }
}

#[test]
fn a_write_is_not_made_twice_in_silence() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    standin.fail_next(&Failure::status(503).below("/secrets/db").times(100));
    let failure = wait(vault.put("db", &Node::text("c4n4ry"), Expect::Any)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unreachable);
    let writes = asked(&standin).into_iter().filter(|asked| asked.starts_with("PUT")).count();
    assert_eq!(writes, 1);
}

#[test]
fn a_value_that_is_too_large_is_told_before_it_is_sent() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let failure = wait(vault.put("db", &Node::text("x".repeat(25_601)), Expect::Any)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert!(asked(&standin).is_empty());
    assert!(wait(vault.put("db", &Node::text("x".repeat(25_600)), Expect::Any)).is_ok());
}

#[test]
fn a_list_that_goes_on_elsewhere_is_not_followed() {
    let standin = StandIn::start();
    let vault = vault(&standin);
    let body = r#"{"value": [], "nextLink": "https://127.0.0.1:1/secrets/db/versions?page=2"}"#;
    standin.fail_next(&Failure::status(200).below("/secrets/db/versions").body(body));
    let failure = wait(vault.versions("db")).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
}
