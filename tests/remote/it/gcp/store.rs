//! Secret Manager as a store.

use std::collections::BTreeMap;

use config_core::store::{Expect, Store, VersionState, wait};
use config_core::{FailureKind, Gcp, Node, Value};
use config_tests_servers::proxy::Fault;
use serde_json::json;

use super::Bed;

fn text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

fn read(gcp: &Gcp, name: &str, version: Option<&str>) -> String {
    text(&wait(Store::read(gcp, name, version)).unwrap().value)
}

#[test]
fn a_secret_is_made_gets_versions_and_goes() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    assert_eq!(wait(gcp.create("db", &"one".into())).unwrap().id, "1");
    assert_eq!(wait(gcp.put("db", &"two".into(), Expect::Any)).unwrap().id, "2");
    assert_eq!(read(&gcp, "db", None), "two");
    assert_eq!(read(&gcp, "db", Some("1")), "one");
    let versions = wait(gcp.versions("db")).unwrap();
    let ids: Vec<_> = versions.iter().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["2", "1"]);
    assert_eq!(versions[0].stages, ["latest"]);
    assert!(versions.iter().all(|version| version.created.is_some()));
    let metadata = wait(gcp.metadata("db")).unwrap();
    assert_eq!(metadata.current.as_deref(), Some("2"));
    assert!(metadata.created <= metadata.updated);
    wait(gcp.delete("db")).unwrap();
    let failure = wait(Store::read(&gcp, "db", None)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::NotFound);
    assert_eq!(failure.to_string(), "db: no such secret, or none with a version");
    assert_eq!(Store::label(&gcp), "gcp projects/p");
}

#[test]
fn a_new_secret_is_replicated_where_the_program_says() {
    let bed = Bed::new();
    let regions = ["europe-west1", "europe-west3"];
    let gcp = bed.gcp().replicas(regions).build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    wait(bed.gcp().build().unwrap().create("free", &"one".into())).unwrap();
    let replication = |name: &str| {
        bed.standin.ask("GET", &format!("/v1/projects/p/secrets/{name}"), &json!({})).1["replication"].clone()
    };
    let replicas = json!([{ "location": "europe-west1" }, { "location": "europe-west3" }]);
    assert_eq!(replication("db"), json!({ "userManaged": { "replicas": replicas } }));
    assert_eq!(replication("free"), json!({ "automatic": {} }));
}

#[test]
fn a_value_is_written_as_it_is_and_a_table_as_json() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    let awkward = "c4n4ry \"\\ \u{1f} ä\n";
    wait(gcp.create("text", &awkward.into())).unwrap();
    assert_eq!(read(&gcp, "text", None), awkward);
    let key = config_core::Text::new("ke\"y".to_owned());
    let table = Value::Map(vec![(key, Node::from(vec![1, 2]))]);
    wait(gcp.create("table", &Node::new(table, config_core::Position::default()))).unwrap();
    assert_eq!(read(&gcp, "table", None), r#"{"ke\"y":[1,2]}"#);
    for wrong in [String::new(), "x".repeat(65_537)] {
        let failure = wait(gcp.create("none", &wrong.into())).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Malformed);
        assert!(failure.to_string().contains("a value has 1 to 65536 bytes here"), "{failure}");
    }
    assert_eq!(wait(gcp.versions("none")).unwrap_err().kind(), FailureKind::NotFound);
}

#[test]
fn a_write_that_expects_something_else_changes_nothing() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    let put = |value: &str, expect| wait(gcp.put("db", &value.into(), expect));
    let absent = put("zero", Expect::Any).unwrap_err();
    assert_eq!(absent.kind(), FailureKind::NotFound);
    assert_eq!(put("zero", Expect::Version("1")).unwrap_err().kind(), FailureKind::NotFound);
    assert_eq!(put("one", Expect::Absent).unwrap().id, "1");
    assert_eq!(put("two", Expect::Absent).unwrap_err().kind(), FailureKind::Conflict);
    assert_eq!(put("two", Expect::Version("1")).unwrap().id, "2");
    let conflict = put("three", Expect::Version("1")).unwrap_err();
    assert_eq!(conflict.kind(), FailureKind::Conflict);
    assert_eq!(conflict.to_string(), "db: the current version is 2, and not the expected one");
    assert_eq!(wait(gcp.versions("db")).unwrap().len(), 2);
    let (_, secret) = bed.standin.ask("GET", "/v1/projects/p/secrets/db", &json!({}));
    assert_eq!(secret["annotations"], json!({}), "no mark stays behind");
}

#[test]
fn of_many_who_write_behind_one_version_one_wins() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    let written: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|index| {
                let gcp = &gcp;
                scope.spawn(move || {
                    let value = Node::text(format!("writer {index}"));
                    match wait(gcp.put("db", &value, Expect::Version("1"))) {
                        Ok(_) => 1,
                        Err(failure) => {
                            assert_eq!(failure.kind(), FailureKind::Conflict, "{failure}");
                            0
                        }
                    }
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert_eq!(written, 1);
    assert_eq!(wait(gcp.versions("db")).unwrap().len(), 2);
}

#[test]
fn a_mark_that_somebody_left_behind_grows_old() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mark = |since: u64| {
        let body = json!({ "annotations": { "config-core-writing": since.to_string(), "a": "b" } });
        bed.standin.ask("PATCH", "/v1/projects/p/secrets/db?updateMask=annotations", &body);
    };
    mark(now - 10);
    let conflict = wait(gcp.put("db", &"two".into(), Expect::Version("1"))).unwrap_err();
    assert_eq!(conflict.to_string(), "db: somebody else is writing it");
    mark(now - 3600);
    assert_eq!(wait(gcp.put("db", &"two".into(), Expect::Version("1"))).unwrap().id, "2");
    let (_, secret) = bed.standin.ask("GET", "/v1/projects/p/secrets/db", &json!({}));
    assert_eq!(secret["annotations"], json!({ "a": "b" }));
}

#[test]
fn a_version_is_disabled_enabled_and_destroyed() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    let state = || wait(gcp.versions("db")).unwrap()[0].state;
    wait(gcp.disable_version("db", "1")).unwrap();
    assert_eq!(state(), VersionState::Disabled);
    let failure = wait(Store::read(&gcp, "db", None)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Expired);
    assert_eq!(failure.to_string(), "db: version 1 is disabled");
    wait(gcp.enable_version("db", "1")).unwrap();
    assert_eq!(state(), VersionState::Enabled);
    wait(gcp.delete_version("db", "1")).unwrap();
    assert_eq!(state(), VersionState::Destroyed);
    let failure = wait(gcp.delete_version("db", "1")).unwrap_err();
    assert_eq!(failure.to_string(), "db: version 1 is destroyed");
    let failure = wait(gcp.delete_version("db", "9")).unwrap_err();
    assert_eq!(
        (failure.kind(), failure.to_string().as_str()),
        (FailureKind::NotFound, "db: no such version")
    );
    let failure = wait(gcp.delete_version("db", "latest")).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
}

#[test]
fn labels_are_replaced_only_as_they_were_read() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    let mut first = wait(gcp.labels("db")).unwrap();
    assert_eq!(first.entries, BTreeMap::new());
    let stale = first.clone();
    first.entries.insert("phase".to_owned(), "staged".to_owned());
    let second = wait(gcp.set_labels("db", &first)).unwrap();
    assert_eq!(second.entries, first.entries);
    assert_ne!(second.etag, first.etag);
    let failure = wait(gcp.set_labels("db", &stale)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Conflict);
    assert_eq!(failure.to_string(), "db: somebody else changed it meanwhile");
    assert_eq!(wait(gcp.metadata("db")).unwrap().labels["phase"], "staged");
}

#[test]
fn a_write_whose_answer_was_lost_is_not_made_twice() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    bed.proxy.once(Fault::NoReply);
    let failure = wait(gcp.put("db", &"c4n4ry-two".into(), Expect::Any)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unreachable);
    let text = failure.to_string();
    assert!(text.contains("whether it was carried out is not known"), "{text}");
    assert!(!text.contains("c4n4ry"), "{text}");
    assert_eq!(wait(gcp.versions("db")).unwrap().len(), 2);
}

#[test]
fn a_secret_that_was_made_without_its_first_version_is_told() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    bed.proxy.next([None, Some(Fault::status(500))]);
    let failure = wait(gcp.create("db", &"one".into())).unwrap_err();
    assert!(
        failure.to_string().contains("db: it was made, but not its first version"),
        "{failure}"
    );
    assert_eq!(wait(gcp.put("db", &"one".into(), Expect::Any)).unwrap().id, "1");
    let metadata = wait(gcp.metadata("db")).unwrap();
    assert_eq!(metadata.current.as_deref(), Some("1"));
}

#[test]
fn a_store_works_within_a_runtime_too() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let version = runtime.block_on(gcp.create("db", &"one".into())).unwrap();
    assert_eq!(version.id, "1");
}

#[test]
fn labels_and_names_that_secret_manager_does_not_take_are_refused() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    wait(gcp.create("db", &"one".into())).unwrap();
    let mut labels = wait(gcp.labels("db")).unwrap();
    labels.entries.insert("UPPER".to_owned(), "case".to_owned());
    let failure = wait(gcp.set_labels("db", &labels)).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert!(failure.to_string().contains("INVALID_ARGUMENT"), "{failure}");
    let failure = wait(gcp.delete("../db")).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert_eq!(bed.proxy.count("DELETE", "/v1/projects/p/secrets/db"), 0);
}

#[test]
fn who_may_not_write_is_told_what_is_missing() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    let error = json!({ "error": { "code": 403, "status": "PERMISSION_DENIED" } });
    let body = error.to_string().into_bytes();
    bed.proxy.always(Fault::Answer { status: 403, headers: Vec::new(), body });
    let told = |failure: config_core::Failure| {
        assert_eq!(failure.kind(), FailureKind::Denied);
        failure.to_string()
    };
    let holder = "db: the holder of the given access token may not";
    let resource = "projects/p/secrets/db, or there is no such secret";
    let written = told(wait(gcp.put("db", &"c4n4ry".into(), Expect::Any)).unwrap_err());
    assert_eq!(written, format!("{holder} add a version to {resource}"));
    let destroyed = told(wait(gcp.delete_version("db", "1")).unwrap_err());
    assert_eq!(destroyed, format!("{holder} destroy versions of {resource}"));
    let created = told(wait(gcp.create("db", &"c4n4ry".into())).unwrap_err());
    assert_eq!(created, format!("{holder} create projects/p/secrets/db"));
}

#[test]
fn many_versions_come_in_pages() {
    let bed = Bed::new();
    let gcp = bed.gcp().build().unwrap();
    for _ in 0..3 {
        bed.standin.add("p", "db", b"x");
    }
    // The stand-in gives as many as are asked for: two a page stand for the thousand.
    bed.proxy.next([Some(Fault::rewritten(|answer| {
        answer["versions"].as_array_mut().unwrap().truncate(2);
        answer["nextPageToken"] = json!("2");
    }))]);
    let versions = wait(gcp.versions("db")).unwrap();
    let ids: Vec<_> = versions.iter().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["3", "2", "1"]);
    assert_eq!(bed.proxy.requests()[1].query.as_deref(), Some("pageSize=1000&pageToken=2"));
}

#[test]
fn nothing_of_it_is_shown() {
    let bed = Bed::new();
    let shown = format!("{:?} {:?}", bed.gcp(), bed.gcp().build().unwrap());
    assert_eq!(shown, "GcpBuilder { .. } Gcp { project: Some(\"p\"), .. }");
}
