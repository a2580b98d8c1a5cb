use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{LEFT, clean, create, replace};

struct Bed {
    directory: tempfile::TempDir,
}

impl Bed {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_was_put_where_a_process_id_would_lead_is_left_alone() {
    let bed = Bed::new();
    fs::write(bed.at("precious"), "precious").unwrap();
    symlink(bed.at("precious"), bed.at(&format!("kept.age.{}.tmp", std::process::id()))).unwrap();
    replace(&bed.at("kept.age"), b"kept").unwrap();
    assert_eq!(fs::read(bed.at("precious")).unwrap(), b"precious");
    assert!(fs::symlink_metadata(bed.at("kept.age")).unwrap().is_file());
    assert_eq!(mode(&bed.at("kept.age")), 0o600);
}

#[test]
fn two_who_write_at_the_same_time_have_files_of_their_own() {
    let bed = Bed::new();
    let path = bed.at("kept.age");
    let ((_, one), (_, other)) = (create(&path).unwrap(), create(&path).unwrap());
    assert_ne!(one, other);
    assert_eq!([mode(&one), mode(&other)], [0o600; 2]);
    replace(&path, b"kept").unwrap();
    assert!(one.exists() && other.exists());
}

#[test]
fn a_link_is_replaced_and_what_it_leads_to_is_left_alone() {
    let bed = Bed::new();
    fs::write(bed.at("precious"), "precious").unwrap();
    symlink(bed.at("precious"), bed.at("kept.age")).unwrap();
    replace(&bed.at("kept.age"), b"kept").unwrap();
    assert_eq!(fs::read(bed.at("precious")).unwrap(), b"precious");
    assert_eq!(bed.names(), ["kept.age", "precious"]);
}

#[test]
fn what_cannot_be_put_in_its_place_is_removed() {
    let bed = Bed::new();
    fs::create_dir(bed.at("kept.age")).unwrap();
    assert!(replace(&bed.at("kept.age"), b"kept").is_err());
    assert_eq!(bed.names(), ["kept.age"]);
}

#[test]
fn what_a_process_left_long_ago_is_removed_and_nothing_else_is() {
    let bed = Bed::new();
    let path = bed.at("kept.age");
    let (_, young) = create(&path).unwrap();
    let (file, old) = create(&path).unwrap();
    let long_ago = SystemTime::now() - LEFT - Duration::from_secs(60);
    file.set_modified(long_ago).unwrap();
    for other in ["kept.age.tmp", "kept.age.backup.tmp", "other.0123456789abcdef.tmp"] {
        fs::File::create(bed.at(other)).unwrap().set_modified(long_ago).unwrap();
    }
    clean(&path);
    assert!(young.exists() && !old.exists());
    assert_eq!(bed.names().len(), 4);
}
