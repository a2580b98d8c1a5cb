//! Which files are read.

use std::fs;

use super::{
    ask, ask_all, directory, failure, opened, searched, secret, setting, sub, value, write,
};
use crate::environment::{Context, Environment};
use crate::source::{Answer, FailureKind, Source, Wanted};
use crate::sources::{Request, Unopened};

fn is_absent(source: &dyn Source) -> bool {
    matches!(ask(source, setting(&["A"])), Answer::Absent(_))
}

#[test]
fn the_four_files_win_in_their_order() {
    let names = [".env.test.local", ".env.local", ".env.test", ".env"];
    for (at, first) in names.iter().enumerate() {
        let files: Vec<_> = names[at..].iter().map(|name| (*name, format!("A={name}"))).collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let directory = directory(&files);
        assert_eq!(value(&*opened(directory.path(), None, Some("test"), &[])), *first);
    }
}

#[test]
fn without_a_profile_the_files_of_profiles_are_not_read() {
    let directory =
        directory(&[(".env.test", "A=test"), (".env.test.local", "A=local"), (".env", "A=plain")]);
    assert_eq!(value(&*searched(directory.path())), "plain");
    assert_eq!(value(&*opened(directory.path(), None, Some("other"), &[])), "plain");
}

#[test]
fn an_empty_value_leaves_the_next_file_to_answer() {
    let directory = directory(&[(".env.local", "A=\nB=local"), (".env", "A=plain\nB=plain")]);
    assert_eq!(value(&*searched(directory.path())), "plain");
}

#[test]
fn the_nearest_directory_with_any_of_the_files_gives_all_of_them() {
    let directory = directory(&[(".env", "A=outer\nB=outer"), ("inner/.env.local", "B=inner")]);
    let source = searched(&sub(&directory, "inner/deep/deeper"));
    assert!(is_absent(&*source));
    assert!(matches!(ask(&*source, setting(&["B"])), Answer::Value(_)));
}

#[test]
fn the_search_looks_beside_a_repository_and_not_above_it() {
    let directory = directory(&[(".env", "A=above"), ("repo/.env", "A=repo")]);
    sub(&directory, "repo/.git");
    let deep = sub(&directory, "repo/src/deep");
    assert_eq!(value(&*searched(&deep)), "repo");
    fs::remove_file(directory.path().join("repo/.env")).unwrap();
    assert!(is_absent(&*searched(&deep)));
}

#[test]
fn the_file_that_a_work_tree_has_for_git_stops_the_search_too() {
    let directory = directory(&[(".env", "A=above"), ("repo/.git", "gitdir: elsewhere")]);
    assert!(is_absent(&*searched(&sub(&directory, "repo/src"))));
}

#[test]
fn the_search_looks_into_the_home_directory_and_not_above_it() {
    let directory = directory(&[(".env", "A=above"), ("home/.env", "A=home")]);
    let below = sub(&directory, "home/work");
    let home = directory.path().join("home");
    let source = || opened(&below, None, None, &[("HOME", home.to_str().unwrap())]);
    assert_eq!(value(&*source()), "home");
    fs::remove_file(home.join(".env")).unwrap();
    assert!(is_absent(&*source()));
}

#[cfg(unix)]
#[test]
fn the_search_enters_no_directory_of_another_owner() {
    use std::os::unix::fs::chown;
    let directory = directory(&[("theirs/.env", "A=theirs"), ("theirs/mine/deep/.keep", "")]);
    let mine = directory.path().join("theirs/mine/deep");
    assert_eq!(value(&*searched(&mine)), "theirs");
    if chown(directory.path().join("theirs"), Some(12_345), None).is_err() {
        return; // Only root may give a directory away.
    }
    assert!(is_absent(&*searched(&mine)));
    assert_eq!(value(&*searched(&directory.path().join("theirs"))), "theirs");
}

/// Only root may give a file away.
#[cfg(unix)]
fn gives_away(path: &std::path::Path) -> bool {
    std::os::unix::fs::lchown(path, Some(12_345), None).is_ok()
}

#[cfg(unix)]
fn permit(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_that_another_user_left_where_all_may_write_is_denied() {
    let directory = directory(&[(".env", "A=theirs"), ("below/.keep", "")]);
    let env = directory.path().join(".env");
    permit(directory.path(), 0o1777);
    assert_eq!(value(&*searched(&directory.path().join("below"))), "theirs");
    if !gives_away(&env) {
        return; // What is decided of an owner is tested without one, beside the search.
    }
    for start in [directory.path().to_owned(), directory.path().join("below")] {
        let failure = failure(ask_all(&*searched(&start), &[setting(&["A"])]));
        assert_eq!(failure.kind(), FailureKind::Denied);
        let words = "belongs to another user (uid 12345) and lies where others may write";
        assert_eq!(failure.to_string(), format!("{}: {words}", env.display()));
    }
    let given = opened(directory.path(), Some((".env", true)), None, &[]);
    assert_eq!(value(&*given), "theirs");
}

#[cfg(unix)]
#[test]
fn a_link_that_another_user_left_where_all_may_write_is_denied() {
    let directory = directory(&[("mine", "A=mine")]);
    let env = directory.path().join(".env");
    std::os::unix::fs::symlink("mine", &env).unwrap();
    permit(directory.path(), 0o777);
    assert_eq!(value(&*searched(directory.path())), "mine");
    if !gives_away(&env) {
        return; // As above.
    }
    let failure = failure(ask_all(&*searched(directory.path()), &[setting(&["A"])]));
    assert_eq!(failure.kind(), FailureKind::Denied);
}

#[test]
fn a_directory_named_like_a_file_is_passed_over() {
    let directory = directory(&[(".env/activate", ""), (".env.local", "A=local")]);
    assert_eq!(value(&*searched(directory.path())), "local");
}

#[test]
fn without_any_file_every_key_is_absent() {
    let directory = directory(&[]);
    match ask(&*searched(directory.path()), setting(&["A", "OLD"])) {
        Answer::Absent(absence) => assert_eq!(absence.to_string(), "A (no .env file)"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_given_is_read_alone() {
    let directory =
        directory(&[("my.env", "A=mine"), (".env.local", "A=local\nB=local"), (".env", "B=plain")]);
    let source = opened(directory.path(), Some(("my.env", true)), None, &[]);
    assert_eq!(value(&*source), "mine");
    assert!(matches!(ask(&*source, setting(&["B"])), Answer::Absent(_)));
}

#[test]
fn a_directory_given_is_asked_for_the_four_and_nothing_above_it() {
    let directory =
        directory(&[("conf/.env.local", "A=local"), (".env", "A=above"), ("bare/.keep", "")]);
    assert_eq!(value(&*opened(directory.path(), Some(("conf", true)), None, &[])), "local");
    assert!(is_absent(&*opened(directory.path(), Some(("bare", true)), None, &[])));
}

#[test]
fn a_path_given_must_exist_and_a_declared_one_need_not() {
    let directory = directory(&[(".env", "A=b")]);
    let given = failure(ask_all(
        &*opened(directory.path(), Some(("no.env", true)), None, &[]),
        &[setting(&["A"])],
    ));
    assert_eq!(given.kind(), FailureKind::NotFound);
    assert_eq!(
        given.to_string(),
        format!("{}: no such file", directory.path().join("no.env").display())
    );
    assert!(is_absent(&*opened(directory.path(), Some(("no.env", false)), None, &[])));
}

#[test]
fn a_declared_place_is_expanded_and_a_given_one_is_not() {
    let directory = directory(&[("live.env", "A=live"), ("{profile}.env", "A=literal")]);
    let declared = opened(directory.path(), Some(("{profile}.env", false)), Some("live"), &[]);
    assert_eq!(value(&*declared), "live");
    let given = opened(directory.path(), Some(("{profile}.env", true)), Some("live"), &[]);
    assert_eq!(value(&*given), "literal");
}

#[test]
fn an_unset_name_in_the_place_makes_it_not_configured() {
    let environment = Environment::default();
    let context = Context::of(&environment, None, None);
    let opened =
        super::KIND.open(&Request::declared(Some("{CONFIG_CORE_NO_SUCH_STAGE}.env")), &context);
    assert!(
        matches!(opened, Err(Unopened::NotConfigured(name)) if name == "CONFIG_CORE_NO_SUCH_STAGE")
    );
}

#[test]
fn a_file_that_cannot_be_read_fails_every_key() {
    let directory = directory(&[(".env.local", "A=1\nsecretsecret\n"), (".env", "A=2")]);
    let failure =
        failure(ask_all(&*searched(directory.path()), &[setting(&["A"]), secret(&["B"])]));
    let path = directory.path().join(".env.local");
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert_eq!(
        failure.to_string(),
        format!("{}, line 2, column 13: expected `=` after the key", path.display())
    );
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_once() {
    let directory = directory(&[]);
    let path = directory.path().join(".env");
    if !std::process::Command::new("mkfifo")
        .arg(&path)
        .status()
        .is_ok_and(|status| status.success())
    {
        return; // No such command here.
    }
    let writer = std::thread::spawn(move || fs::write(path, "A=piped\nB=too"));
    let source = searched(directory.path());
    assert_eq!(value(&*source), "piped");
    assert!(matches!(ask(&*source, setting(&["B"])), Answer::Value(_)));
    writer.join().unwrap().unwrap();
}

#[test]
fn the_plan_lists_the_files_without_reading_them() {
    let directory = directory(&[(".env", "not a pair"), (".env.local", "A")]);
    let source = searched(directory.path());
    let keys = [setting(&["A"])];
    let plan = source.plan(&Wanted::of(&keys));
    assert_eq!(
        plan.calls(),
        [".env.local", ".env"]
            .map(|name| format!("reads the file {}", directory.path().join(name).display()))
    );
    assert_eq!(source.plan(&Wanted::of(&[])).calls(), [""; 0]);
}

#[test]
fn a_file_is_read_at_the_first_question_and_never_again() {
    let directory = directory(&[(".env", "A=first")]);
    let source = searched(directory.path());
    write(&directory.path().join(".env"), "A=second");
    assert_eq!(value(&*source), "second");
    write(&directory.path().join(".env"), "A=third");
    assert_eq!(value(&*source), "second");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_or_back_to_itself_is_no_missing_file() {
    for target in [".env", "nowhere"] {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(".env"), "A=from-parent\n").unwrap();
        let below = root.path().join("below");
        std::fs::create_dir(&below).unwrap();
        std::os::unix::fs::symlink(target, below.join(".env")).unwrap();
        let source = crate::Dotenv::new().root(&below);
        let keys = [crate::Key {
            path: "a",
            variables: &["A"],
            own: None,
            base: None,
            secret: true,
            prefix: "",
            binary: false,
        }];
        let crate::Fetch::Ready(answers) = source.fetch(&Wanted::of(&keys)) else {
            panic!("not at once")
        };
        assert!(answers.is_err(), "{target}");
    }
}
