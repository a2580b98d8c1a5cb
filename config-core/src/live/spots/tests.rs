use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{MAX_DIRECTORIES, Spots};

/// The real path of a directory of its own, as links on the way to it are watched too.
fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().canonicalize().unwrap();
    (directory, path)
}

/// The watched directories, below the one that is given.
fn names(spots: &Spots, root: &Path) -> Vec<String> {
    spots.directories().map(|path| path.strip_prefix(root).unwrap().display().to_string()).collect()
}

#[test]
fn a_file_is_seen_from_its_directory_and_nothing_else_there_matters() {
    let (_place, root) = directory();
    let spots = Spots::of(&[root.join("a"), root.join("b")]);
    assert_eq!(names(&spots, &root), [""]);
    assert!(spots.matters(&root.join("a")) && spots.matters(&root.join("b")));
    assert!(!spots.matters(&root.join("c")) && !spots.matters(&root.join("a/x")));
    assert!(spots.matters(&root), "the directory itself");
}

#[test]
fn what_is_not_there_is_seen_from_the_nearest_directory_that_is() {
    let (_place, root) = directory();
    let path = root.join("a/b/file");
    let spots = Spots::of(std::slice::from_ref(&path));
    assert_eq!(names(&spots, &root), [""]);
    assert!(spots.matters(&root.join("a")) && !spots.matters(&root.join("b")));
    fs::create_dir_all(root.join("a/b")).unwrap();
    assert_eq!(names(&Spots::of(&[path]), &root), ["a/b"]);
}

#[test]
fn every_link_on_the_way_is_seen_from_its_directory() {
    let (_place, root) = directory();
    for directory in ["real/gen", "other"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    symlink("gen", root.join("real/data")).unwrap();
    symlink("../real/data/key", root.join("other/key")).unwrap();
    symlink(root.join("other"), root.join("link")).unwrap();
    let spots = Spots::of(&[root.join("link/./key")]);
    assert_eq!(names(&spots, &root), ["", "other", "real", "real/gen"]);
    for name in ["link", "other/key", "real/data", "real/gen/key"] {
        assert!(spots.matters(&root.join(name)), "{name}");
    }
    assert!(!spots.matters(&root.join("real/other")));
}

#[test]
fn a_directory_is_seen_whole_with_plain_ones_in_it_and_the_generation_of_a_volume() {
    let (_place, root) = directory();
    for directory in ["a/b", "..gen1/sub", "..gen2"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    symlink("..gen1", root.join("..data")).unwrap();
    symlink("a", root.join("link")).unwrap();
    let spots = Spots::of(std::slice::from_ref(&root));
    assert!(spots.directories().count() == 6, "{:?}", names(&spots, &root));
    for name in ["any", "a/b/any", "..data", "..gen1/any", "..gen1/sub/any"] {
        assert!(spots.matters(&root.join(name)), "{name}");
    }
    for name in ["..data_tmp", "..gen3", "..gen2/any"] {
        assert!(!spots.matters(&root.join(name)), "{name}");
    }
}

#[test]
fn links_in_a_circle_end() {
    let (_place, root) = directory();
    symlink("b", root.join("a")).unwrap();
    symlink("a", root.join("b")).unwrap();
    symlink(".", root.join("..data")).unwrap();
    let spots = Spots::of(&[root.join("a/file"), root.clone()]);
    assert!(spots.matters(&root.join("b")));
}

#[test]
fn directories_at_a_path_and_below_it_are_found() {
    let (_place, root) = directory();
    fs::create_dir_all(root.join("a/b")).unwrap();
    let spots = Spots::of(&[root.join("a/b/file")]);
    assert!(spots.are_below(&root.join("a")) && spots.are_below(&root.join("a/b")));
    assert!(!spots.are_below(&root.join("a/b/file")) && !spots.are_below(&root.join("b")));
}

#[test]
fn of_too_many_directories_some_are_not_watched_and_that_is_known() {
    let (_place, root) = directory();
    for number in 0..MAX_DIRECTORIES + 5 {
        fs::create_dir(root.join(number.to_string())).unwrap();
    }
    let spots = Spots::of(&[root]);
    assert!(spots.are_cut);
    assert_eq!(spots.directories().count(), MAX_DIRECTORIES);
}
