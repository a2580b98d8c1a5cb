use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Disk, MOST, Record, plain};
use crate::age::Identity;
use crate::remote::{Blob, Read};
use crate::value::Node;

/// An answer that is so old.
fn record(store: &str, age: u64, text: &str) -> Record {
    Record {
        store: store.to_owned(),
        read: Read { place: "app".to_owned(), version: None },
        kept: Ok(Blob::new(Node::text(text))),
        at: SystemTime::now() - Duration::from_secs(age),
        fields: BTreeSet::new(),
    }
}

fn stores(disk: &Disk) -> Vec<String> {
    disk.load().into_iter().map(|record| record.store).collect()
}

#[test]
fn what_is_written_is_taken_once_nobody_else_writes() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::new(directory.path().join("kept.age"), Identity::generate());
    disk.save(|| {
        assert!(disk.writing.try_lock().is_err(), "another could write what is newer meanwhile");
        Vec::new()
    });
}

#[test]
fn of_what_is_too_much_for_the_file_the_oldest_is_left_out_and_the_rest_can_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::new(directory.path().join("kept.age"), Identity::generate()));
    let large = "a".repeat(MOST / 3);
    let of = |age| record(&format!("{age}"), age, &large);
    disk.save(|| vec![of(30), of(10), of(40), of(20)]);
    assert_eq!(stores(&disk), ["10", "20"]);
    let told = disk.remarks().remove(0);
    assert!(told.starts_with("of earlier answers the oldest 2 are not kept: "), "{told}");
    disk.save(|| vec![of(20)]);
    assert_eq!(disk.remarks(), [""; 0]);
}

#[test]
fn one_that_no_file_has_room_for_leaves_the_others_theirs() {
    let records = [record("a", 0, &"a".repeat(2000)), record("b", 10, "b"), record("c", 20, "c")];
    let (text, left_out) = plain(&records, 1000);
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert_eq!(left_out, 1);
    assert!(text.len() <= 1000 && text.contains(r#""b""#) && text.contains(r#""c""#), "{text}");
}
