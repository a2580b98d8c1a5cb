use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::super::mounted::{Links, Mounted};
use super::{COARSE_TICK, Stamps, TICK, young};

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn of(path: impl AsRef<Path>) -> Stamps {
    Stamps::of(&[path.as_ref().to_owned()])
}

/// Whether a path looks otherwise after something was done.
fn shows(path: &Path, action: impl FnOnce()) -> bool {
    let before = of(path);
    assert_eq!(before, of(path), "nothing was done");
    std::thread::sleep(TICK);
    action();
    before != of(path)
}

#[test]
fn every_sort_of_change_of_a_file_shows() {
    let place = directory();
    let (path, other) = (place.path().join("file"), place.path().join("other"));
    assert!(shows(&path, || fs::write(&path, "one").unwrap()), "created");
    assert!(shows(&path, || fs::write(&path, "two").unwrap()), "in place, of the same size");
    assert!(shows(&path, || drop(fs::File::create(&path).unwrap())), "emptied");
    fs::write(&other, "").unwrap();
    assert!(shows(&path, || fs::rename(&other, &path).unwrap()), "replaced");
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    assert!(shows(&path, || mode(0o600)), "chmod");
    assert!(shows(&path, || fs::remove_file(&path).unwrap()), "removed");
    assert!(!shows(&path, || fs::write(&other, "x").unwrap()), "something else");
}

#[test]
fn a_change_shows_whose_time_was_set_back() {
    let place = directory();
    let path = place.path().join("file");
    fs::write(&path, "one").unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    assert!(shows(&path, || {
        fs::write(&path, "two").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    }));
}

#[test]
fn reading_does_not_show() {
    let place = directory();
    let path = place.path().join("file");
    fs::write(&path, "one").unwrap();
    let read = || drop((fs::read(&path).unwrap(), fs::read_dir(place.path()).unwrap().count()));
    assert!(!shows(&path, read));
    assert!(!shows(place.path(), read));
}

#[test]
fn a_link_shows_where_it_leads_and_what_is_there() {
    let place = directory();
    let at = |name: &str| place.path().join(name);
    fs::write(at("one"), "1").unwrap();
    fs::hard_link(at("one"), at("same")).unwrap();
    symlink("one", at("link")).unwrap();
    assert!(shows(&at("link"), || fs::write(at("one"), "2").unwrap()), "the file changes");
    let relink = |target: &str| {
        symlink(target, at("next")).unwrap();
        fs::rename(at("next"), at("link")).unwrap();
    };
    assert!(shows(&at("link"), || relink("same")), "another link to the same file");
    assert!(shows(&at("link"), || relink("gone")));
    assert!(shows(&at("link"), || fs::write(at("gone"), "").unwrap()));
}

#[test]
fn links_in_a_circle_and_names_that_are_no_text_are_looked_at_like_any_other() {
    let place = directory();
    let at = |name: &str| place.path().join(name);
    symlink("b", at("a")).unwrap();
    symlink("a", at("b")).unwrap();
    symlink(".", at("self")).unwrap();
    assert!(shows(&at("a"), || fs::remove_file(at("b")).unwrap()));
    let odd = place.path().join(OsStr::from_bytes(b"\xFF\xFE"));
    assert!(shows(&odd, || fs::write(&odd, "x").unwrap()));
    assert!(shows(place.path(), || fs::write(&odd, "y").unwrap()));
    let unusable = of(PathBuf::from(OsStr::from_bytes(b"a\0b")));
    assert_eq!(unusable.0.len(), 1);
    assert!(of("").0.len() == 1 && of("x".repeat(10_000)).0.len() == 1);
}

#[test]
fn a_directory_shows_what_is_in_it_and_in_plain_directories_below() {
    let place = directory();
    let at = |name: &str| place.path().join(name);
    fs::create_dir_all(at("a/b")).unwrap();
    fs::write(at("file"), "1").unwrap();
    fs::write(at("a/b/file"), "1").unwrap();
    assert!(shows(place.path(), || fs::write(at("file"), "2").unwrap()));
    assert!(shows(place.path(), || fs::write(at("a/b/file"), "2").unwrap()));
    assert!(shows(place.path(), || fs::write(at("a/b/new"), "").unwrap()));
    assert!(shows(place.path(), || fs::remove_file(at("file")).unwrap()));
    fs::create_dir(at("..old")).unwrap();
    assert!(!shows(place.path(), || fs::write(at("..old/file"), "").unwrap()), "of a volume");
    assert!(shows(place.path(), || fs::rename(at("a"), at("c")).unwrap()));
    assert!(shows(&at("later"), || fs::create_dir(at("later")).unwrap()));
}

#[test]
fn a_mounted_volume_shows_each_switch_of_its_generation() {
    for links in [Links::BeforeTheSwitch, Links::AfterTheSwitch] {
        let place = directory();
        let mut mounted = Mounted::new(place.path(), links, &[("key", "1"), ("db/user", "1")]);
        for path in ["", "key", "..data", "..data/new", "db/user"] {
            let path = if path.is_empty() { place.path().into() } else { place.path().join(path) };
            let files = [("key", "2"), ("db/user", "2"), ("new", "2")];
            assert!(shows(&path, || mounted.publish(&files)), "{}", path.display());
            let files = [("key", "1"), ("db/user", "1")];
            assert!(shows(&path, || mounted.publish(&files)), "{}", path.display());
        }
    }
}

#[test]
fn a_pipe_and_a_device_are_never_opened() {
    let place = directory();
    let pipe = place.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(Stamps::of(&[pipe.clone(), "/dev/null".into()]).0.len(), 2);
    assert!(!shows("/dev/null".as_ref(), || fs::write("/dev/null", "x").unwrap()));
    assert_eq!(of(place.path()).0.len(), 3, "the directory, its pipe, and that it is no volume");
    assert!(shows(&pipe, || fs::remove_file(&pipe).unwrap()));
}

#[test]
fn a_directory_that_may_not_be_read_looks_otherwise_than_one_that_may() {
    let place = directory();
    let shut = place.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::write(shut.join("file"), "x").unwrap();
    let mode = |mode| fs::set_permissions(&shut, fs::Permissions::from_mode(mode)).unwrap();
    assert!(shows(&shut, || mode(0o000)));
    assert!(shows(&shut, || mode(0o700)));
}

#[test]
fn of_a_great_many_files_in_a_directory_only_so_many_are_looked_at_and_all_that_were_asked_for() {
    let place = directory();
    for number in 0..150 {
        fs::File::create(place.path().join(number.to_string())).unwrap();
    }
    let root = [place.path().to_owned()];
    let asked: Vec<PathBuf> = (0..150).map(|number| root[0].join(number.to_string())).collect();
    let (few, all) = (|| Stamps::of_at_most(100, &root), || Stamps::of_at_most(100, &asked));
    let (before, before_all) = (few(), all());
    assert_eq!(before.0.len(), 101);
    assert_eq!((&before, &before_all), (&few(), &all()));
    for name in &asked {
        std::thread::sleep(Duration::from_millis(1));
        fs::remove_file(name).unwrap();
        assert_ne!(before, few(), "{}", name.display());
        fs::write(name, "x").unwrap();
        assert_ne!(before_all, all(), "{}", name.display());
    }
}

#[test]
fn other_paths_are_another_look() {
    let place = directory();
    let (a, b) = (place.path().join("a"), place.path().join("b"));
    assert_ne!(of(&a), Stamps::default());
    assert_eq!(of(&a).difference(&of(&b)), Some(a.as_path()));
    assert_eq!(Stamps::default().difference(&of(&b)), Some(b.as_path()));
    assert_eq!(of(&b).difference(&of(&b)), None);
}

#[test]
fn a_young_time_stamp_is_not_settled_and_an_old_one_is() {
    let place = directory();
    let path = place.path().join("file");
    let now = SystemTime::now();
    assert!(of(&path).is_settled(now), "it is not there");
    fs::write(&path, "x").unwrap();
    let stamps = of(&path);
    assert!(!stamps.is_settled(now));
    assert!(stamps.is_settled(SystemTime::now() + COARSE_TICK));
    assert!(of(place.path()).settle_in(now).is_some(), "what is in a directory counts");
}

#[test]
fn how_long_a_time_stamp_is_young_depends_on_the_steps_it_is_counted_in() {
    let now = SystemTime::UNIX_EPOCH + Duration::new(1000, 500_000_000);
    assert_eq!(young((1000, 499_000_000), now), Some(TICK));
    assert_eq!(young((1000, 470_000_000), now), None);
    assert_eq!(young((1000, 0), now), Some(COARSE_TICK));
    assert_eq!(young((998, 0), now), None);
    assert_eq!(young((1001, 1), now), Some(TICK), "of the future nothing is known");
    assert_eq!(young((i64::MAX, 1), now), Some(TICK));
    assert_eq!(young((-5, 1), now), None);
}
