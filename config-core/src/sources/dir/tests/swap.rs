//! A volume that is replaced while it is read, the way Kubernetes does it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{fetch, key, open, shown, told, write};
use crate::environment::{Context, Environment};
use crate::source::{Answer, Key};
use crate::sources::Request;
use crate::sources::dir::Dir;

/// When the links to the keys of a new generation are made.
#[derive(Clone, Copy, PartialEq)]
enum Links {
    BeforeTheSwitch,
    AfterTheSwitch,
}

/// A mounted volume. Every generation has `user` and `db/password`; the odd ones have `extra` too.
struct Volume {
    root: PathBuf,
    generation: u64,
}

impl Volume {
    fn new(root: &Path) -> Self {
        let mut volume = Self { root: root.to_owned(), generation: 0 };
        volume.publish(Links::AfterTheSwitch);
        volume
    }

    fn path(generation: u64) -> String {
        format!("..2024_05_01_12_00_00.{generation}")
    }

    /// Publishes the next generation, and removes the one before it.
    fn publish(&mut self, links: Links) {
        let (before, now) = (self.generation, self.generation + 1);
        let content = now.to_string();
        let mut names = vec!["user", "db"];
        write(&self.root.join(Self::path(now)), "user", &content);
        write(&self.root.join(Self::path(now)), "db/password", &content);
        if now % 2 == 1 {
            write(&self.root.join(Self::path(now)), "extra", &content);
            names.push("extra");
        }
        if links == Links::BeforeTheSwitch {
            self.link(&names);
        }
        symlink(Self::path(now), self.root.join("..data_tmp")).unwrap();
        fs::rename(self.root.join("..data_tmp"), self.root.join("..data")).unwrap();
        if links == Links::AfterTheSwitch {
            self.link(&names);
        }
        if now % 2 == 0 {
            drop(fs::remove_file(self.root.join("extra")));
        }
        drop(fs::remove_dir_all(self.root.join(Self::path(before))));
        self.generation = now;
    }

    fn link(&self, names: &[&str]) {
        for name in names {
            drop(symlink(format!("..data/{name}"), self.root.join(name)));
        }
    }
}

const KEYS: [Key<'static>; 3] = [
    Key {
        path: "user",
        variables: &["USER_NAME"],
        own: None,
        base: None,
        secret: true,
        prefix: "",
        binary: false,
    },
    Key {
        path: "extra",
        variables: &[],
        own: None,
        base: None,
        secret: true,
        prefix: "",
        binary: false,
    },
    Key {
        path: "db.password",
        variables: &[],
        own: None,
        base: None,
        secret: true,
        prefix: "",
        binary: false,
    },
];

fn number(answer: &Answer) -> Option<u64> {
    match answer {
        Answer::Value(found) => match &found.node.value {
            crate::Value::Text(text) => Some(text.parse().unwrap()),
            other => panic!("{other:?}"),
        },
        Answer::Absent(_) => None,
        other => panic!("{other:?}"),
    }
}

/// Reads while the volume is replaced a thousand times.
fn stress(links: Links) {
    let place = tempfile::tempdir().unwrap();
    let mut volume = Volume::new(place.path());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..1000 {
                volume.publish(links);
            }
            is_over.store(true, Ordering::Release);
        });
        let source = Dir::at(place.path());
        let mut seen = std::collections::BTreeSet::new();
        while !is_over.load(Ordering::Acquire) {
            let answers: Vec<Option<u64>> =
                fetch(&source, &KEYS).unwrap().iter().map(number).collect();
            let user = answers[0].expect("every generation has it");
            let extra = (user % 2 == 1).then_some(user);
            assert_eq!(answers, [Some(user), extra, Some(user)], "generations are mixed");
            seen.insert(user);
        }
        assert!(seen.len() > 20, "only {} generations were seen", seen.len());
    });
}

#[test]
fn generations_never_mix_where_links_are_made_after_the_switch() {
    stress(Links::AfterTheSwitch);
}

#[test]
fn generations_never_mix_where_links_are_made_before_the_switch() {
    stress(Links::BeforeTheSwitch);
}

#[test]
fn a_mounted_volume_is_read_through_its_links() {
    let place = tempfile::tempdir().unwrap();
    Volume::new(place.path());
    assert_eq!(told(place.path(), key("user")), "= 1");
    assert_eq!(told(place.path(), key("db.password")), "= 1");
}

#[test]
fn a_key_whose_link_is_yet_to_come_is_in_its_generation() {
    let place = tempfile::tempdir().unwrap();
    Volume::new(place.path());
    fs::remove_file(place.path().join("extra")).unwrap();
    assert_eq!(told(place.path(), key("extra")), "= 1");
}

#[test]
fn a_link_that_outlives_its_key_is_absent() {
    let place = tempfile::tempdir().unwrap();
    Volume::new(place.path());
    symlink("..data/gone", place.path().join("gone")).unwrap();
    assert_eq!(told(place.path(), key("gone")), "absent: gone (a link to no file)");
}

#[test]
fn a_plain_file_beside_the_volume_is_read_from_the_directory_itself() {
    let place = tempfile::tempdir().unwrap();
    Volume::new(place.path());
    write(place.path(), "plain", "beside");
    assert_eq!(told(place.path(), key("plain")), "= beside");
}

#[test]
fn a_volume_that_leads_out_of_the_directory_is_an_error() {
    let place = tempfile::tempdir().unwrap();
    let inside = place.path().join("in");
    write(place.path(), "out/user", "x");
    write(&inside, "other", "x");
    symlink("../out", inside.join("..data")).unwrap();
    symlink("..data/user", inside.join("user")).unwrap();
    assert_eq!(told(&inside, key("user")), "Denied: user: is a link that leaves the directory");
    assert_eq!(told(&inside, key("other")), "= x");
}

#[test]
fn only_the_generation_that_is_read_counts_for_the_size() {
    let place = tempfile::tempdir().unwrap();
    Volume::new(place.path());
    write(place.path(), "..2024_05_01_12_00_00.old/large", "0123456789");
    assert!(fetch(&Dir::at(place.path()).size_cap(3), &KEYS).is_ok());
    assert!(fetch(&Dir::at(place.path()).size_cap(2), &KEYS).is_err());
}

#[test]
fn one_load_that_asks_twice_has_both_answers_from_one_generation_or_fails() {
    let place = tempfile::tempdir().unwrap();
    let mut volume = Volume::new(place.path());
    let environment = Environment::default();
    let context = Context::of(&environment, None, None);
    let source = open(&Request::given(place.path().to_str().unwrap()), &context).ok().unwrap();
    let ask =
        |key| fetch(&*source, &[key]).map(|mut answers| shown(answers.remove(0), place.path()));
    assert_eq!(ask(key("user")).unwrap(), "= 1");
    assert_eq!(ask(key("db.password")).unwrap(), "= 1");
    volume.publish(Links::AfterTheSwitch);
    let failure = ask(key("db.password")).unwrap_err();
    assert_eq!(failure.kind(), crate::FailureKind::Unreachable);
    assert!(
        failure.to_string().ends_with("was replaced in the middle of the load; load again"),
        "{failure}"
    );
    assert_eq!(told(place.path(), key("db.password")), "= 2");
}
