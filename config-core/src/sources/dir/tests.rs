//! A directory read as a source, on the real file system.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{Dir, open};
use crate::environment::{Context, Environment};
use crate::source::{Answer, Answers, Claims, FailureKind, Fetch, Key, Source, Wanted};
use crate::sources::Request;
use crate::value::Value;

mod swap;

fn key(path: &'static str) -> Key<'static> {
    Key { path, variables: &[], own: None, base: None, secret: true, prefix: "", binary: false }
}

fn own(own: &'static str) -> Key<'static> {
    Key { own: Some(own), ..key("field") }
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        write(directory.path(), name, content);
    }
    directory
}

fn write(directory: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn fetch(source: &dyn Source, keys: &[Key<'_>]) -> Answers {
    match source.fetch(&Wanted::of(keys)) {
        Fetch::Ready(answers) => answers,
        Fetch::Pending(_) => panic!("a directory answers at once"),
    }
}

fn answer(directory: &Path, key: Key<'_>) -> Answer {
    fetch(&Dir::at(directory), &[key]).unwrap().remove(0)
}

/// The answer in a line, the place taken off: `= text`, `empty`, `absent: why`, `failed: what`.
fn told(directory: &Path, key: Key<'_>) -> String {
    shown(answer(directory, key), directory)
}

fn shown(answer: Answer, directory: &Path) -> String {
    let line = match answer {
        Answer::Value(found) => match found.node.value {
            Value::Text(text) => format!("= {}", *text),
            Value::Bytes(bytes) => format!("= {:?}", *bytes),
            other => panic!("a directory has no {other:?}"),
        },
        Answer::Empty(origin) => format!("empty: {}", origin.key()),
        Answer::Absent(absence) | Answer::Unread(absence) => format!("absent: {absence}"),
        Answer::Failed(failure) => format!("{:?}: {failure}", failure.kind()),
    };
    line.replace(&format!("{}/", directory.display()), "")
}

#[test]
fn a_file_by_the_fields_name_is_its_value() {
    let place = directory(&[("foo", "foo_secret_value_str")]);
    assert_eq!(told(place.path(), key("foo")), "= foo_secret_value_str");
    let Answer::Value(found) = answer(place.path(), key("foo")) else { panic!() };
    assert_eq!(found.origin.key(), place.path().join("foo").display().to_string());
    assert_eq!(found.origin.file(), Some(place.path().join("foo").as_path()));
}

#[test]
fn exactly_one_line_end_is_taken_off_and_blanks_stay() {
    for (content, value) in [
        ("a\n", "a"),
        ("a\r\n", "a"),
        ("a\n\n", "a\n"),
        (" a \n", " a "),
        ("a\r", "a\r"),
        ("a\nb\n", "a\nb"),
    ] {
        let place = directory(&[("foo", content)]);
        assert_eq!(told(place.path(), key("foo")), format!("= {value}"), "{content:?}");
    }
}

#[test]
fn bytes_are_taken_whole() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), "raw", b"\xFF\x00\n");
    assert_eq!(told(place.path(), Key { binary: true, ..key("raw") }), "= [255, 0, 10]");
}

#[test]
fn text_has_to_be_utf8_whatever_the_locale() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), "foo", "käse");
    write(place.path(), "latin1", b"one\nk\xE4se");
    assert_eq!(told(place.path(), key("foo")), "= käse");
    assert_eq!(
        told(place.path(), key("latin1")),
        "Malformed: latin1, line 2, column 2: is not UTF-8"
    );
}

#[test]
fn an_empty_file_is_empty_and_no_value() {
    for content in ["", "\n", "\r\n"] {
        let place = directory(&[("foo", content)]);
        assert_eq!(told(place.path(), key("foo")), "empty: foo");
    }
}

#[test]
fn names_are_case_sensitive() {
    let place = directory(&[("SECRET_VAR", "x")]);
    assert_eq!(told(place.path(), key("secret_var")), "absent: secret_var (no such file)");
}

#[test]
fn each_field_without_a_file_is_told_apart() {
    let place = directory(&[]);
    let answers = fetch(&Dir::at(place.path()), &[key("foo"), key("bar.baz")]).unwrap();
    let told: Vec<String> = answers.into_iter().map(|answer| shown(answer, place.path())).collect();
    assert_eq!(told, ["absent: foo (no such file)", "absent: bar/baz (no such file)"]);
}

#[test]
fn a_nested_field_is_a_nested_file_else_a_dotted_one_else_the_variables() {
    let variables = &["APP_SMTP_USER_NAME", "OLD_NAME"];
    let wanted = Key { variables, ..key("smtp.user_name") };
    let place = directory(&[("OLD_NAME", "4")]);
    assert_eq!(told(place.path(), wanted), "= 4");
    for (name, value) in
        [("APP_SMTP_USER_NAME", "3"), ("smtp.user_name", "2"), ("smtp/user_name", "1")]
    {
        write(place.path(), name, value);
        assert_eq!(told(place.path(), wanted), format!("= {value}"));
    }
    fs::write(place.path().join("smtp/user_name"), "").unwrap();
    assert_eq!(told(place.path(), wanted), "= 2", "an empty one counts as absent");
}

#[test]
fn a_declared_name_is_the_only_one() {
    let place = directory(&[("field", "no"), ("db/passwd", "yes")]);
    assert_eq!(told(place.path(), own("db/passwd")), "= yes");
    assert_eq!(told(place.path(), own("passwd")), "absent: passwd (no such file)");
}

#[test]
fn a_rebased_struct_is_looked_for_in_its_own_place() {
    let place =
        directory(&[("db/url", "no"), ("postgres/main/url", "yes"), ("APP_DB_USER", "also")]);
    let rebased =
        |path: &'static str| Key { base: Some(("postgres/main", &path[3..])), ..key(path) };
    assert_eq!(told(place.path(), rebased("db.url")), "= yes");
    assert_eq!(
        told(place.path(), Key { variables: &["APP_DB_USER"], ..rebased("db.user") }),
        "= also"
    );
    assert_eq!(told(place.path(), Key { own: Some("url"), ..rebased("db.other") }), "= yes");
    assert_eq!(told(place.path(), rebased("db.none")), "absent: postgres/main/none (no such file)");
    let outside = Key { base: Some(("../x", "url")), ..key("db.url") };
    assert_eq!(
        told(place.path(), outside),
        "Malformed: ../x: not the name of a directory inside the directory"
    );
}

#[test]
fn a_name_never_leads_out_of_the_directory() {
    let place = directory(&[("outside", "x"), ("in/a", "x")]);
    let inside = place.path().join("in");
    for name in ["../outside", "a/../../outside", "/etc/passwd", "..", ".", "", "a\0b"] {
        let told = told(&inside, own(name));
        assert_eq!(told, format!("Malformed: {name}: not the name of a file inside the directory"));
    }
    for name in ["../outside", "/etc/passwd", "..", "", "a/b"] {
        assert_eq!(told(&inside, key(name)), format!("Malformed: {name}: not the name of a file"));
    }
    assert_eq!(
        told(&inside, own("a#key")),
        "Malformed: a#key: a file in a directory is one value; it has no `#key`"
    );
}

#[test]
fn a_directory_in_place_of_a_file_is_absent_with_a_remark() {
    let place = directory(&[("foo/x", "")]);
    assert_eq!(told(place.path(), key("foo")), "absent: foo (is a directory)");
    let keys = &[key("foo"), key("bar")];
    let remarks = Dir::at(place.path()).remarks(&Claims { keys, prefix: "" });
    assert_eq!(remarks, [format!("{}/foo is a directory, not a file", place.path().display())]);
    write(place.path(), "FOO", "x");
    assert_eq!(told(place.path(), Key { variables: &["FOO"], ..key("foo") }), "= x");
}

#[test]
fn a_file_in_place_of_a_directory_is_absent() {
    let place = directory(&[("smtp", "x")]);
    assert_eq!(told(place.path(), key("smtp.host")), "absent: smtp/host (no such file)");
}

#[test]
fn a_missing_directory_is_absent_unless_it_was_given() {
    let place = tempfile::tempdir().unwrap();
    let missing = place.path().join("none");
    let failure = fetch(&Dir::at(&missing), &[key("foo")]).unwrap_err();
    assert_eq!(
        (failure.kind(), failure.to_string()),
        (FailureKind::NotFound, format!("{}: no such directory", missing.display()))
    );
    let environment = Environment::default();
    let context = Context::of(&environment, Some(place.path()), None);
    let listed = open(&Request::declared(Some("none")), &context).ok().unwrap();
    let told = shown(fetch(&*listed, &[key("a.b")]).unwrap().remove(0), place.path());
    assert_eq!(told, "absent: none/a/b (no such directory)");
    let given = open(&Request::given("none"), &context).ok().unwrap();
    assert_eq!(fetch(&*given, &[key("foo")]).unwrap_err().kind(), FailureKind::NotFound);
}

#[test]
fn a_file_is_no_directory() {
    let place = directory(&[("file", "x")]);
    let failure = fetch(&Dir::at(place.path().join("file")), &[key("foo")]).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert!(failure.to_string().ends_with("file: is not a directory"), "{failure}");
}

#[test]
fn without_a_place_it_is_what_the_service_manager_gave() {
    let place = directory(&[("foo", "x")]);
    let pairs = [(
        "CREDENTIALS_DIRECTORY".to_owned(),
        crate::Text::new(place.path().display().to_string()),
    )];
    for (environment, label) in [
        (
            Environment::Pairs(std::sync::Arc::new(pairs.into())),
            format!("dir {}", place.path().display()),
        ),
        (Environment::Pairs(std::sync::Arc::default()), "dir /run/secrets".to_owned()),
    ] {
        let context = Context::of(&environment, None, None);
        let source = open(&Request::declared(None), &context).ok().unwrap();
        assert_eq!(source.label(), label);
    }
}

#[test]
fn a_link_inside_is_followed() {
    let place = directory(&[("real/passwd", "x"), ("deep/er/file", "y")]);
    let at = |name: &str| place.path().join(name);
    symlink("real", at("db")).unwrap();
    symlink("real/passwd", at("relative")).unwrap();
    symlink(at("real/passwd"), at("absolute")).unwrap();
    symlink("../../real/passwd", at("deep/er/up")).unwrap();
    symlink("relative", at("twice")).unwrap();
    for name in ["db/passwd", "relative", "absolute", "deep/er/up", "twice"] {
        assert_eq!(told(place.path(), own(name)), "= x", "{name}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let alias = elsewhere.path().join("alias");
    symlink(place.path(), &alias).unwrap();
    symlink(alias.join("real/passwd"), at("aliased")).unwrap();
    assert_eq!(told(&alias, own("aliased")), "= x");
}

#[test]
fn a_link_that_leaves_the_directory_is_an_error() {
    let outer = directory(&[("secret", "x"), ("in/a", "x"), ("out/a", "x")]);
    let inside = outer.path().join("in");
    symlink("../secret", inside.join("relative")).unwrap();
    symlink(outer.path().join("secret"), inside.join("absolute")).unwrap();
    symlink("../out", inside.join("directory")).unwrap();
    symlink("../in/a", inside.join("back")).unwrap();
    symlink("absolute", inside.join("twice")).unwrap();
    symlink("../none", inside.join("dangling")).unwrap();
    for name in ["relative", "absolute", "directory/a", "back", "twice", "dangling"] {
        assert_eq!(
            told(&inside, own(name)),
            format!("Denied: {name}: is a link that leaves the directory")
        );
    }
    assert_eq!(told(&inside, own("a")), "= x", "others are not held up by it");
}

#[test]
fn links_that_lead_nowhere_or_round_are_told_apart() {
    let place = directory(&[]);
    symlink("none", place.path().join("dangling")).unwrap();
    symlink("b", place.path().join("a")).unwrap();
    symlink("a", place.path().join("b")).unwrap();
    assert_eq!(told(place.path(), key("dangling")), "absent: dangling (a link to no file)");
    assert_eq!(told(place.path(), key("a")), "Malformed: a: is a link that leads back to itself");
}

#[test]
fn what_is_no_plain_file_is_refused_without_waiting_for_it() {
    let place = directory(&[]);
    let _socket = UnixListener::bind(place.path().join("socket")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path().join("pipe")).status().unwrap().success());
    for name in ["socket", "pipe"] {
        assert_eq!(
            told(place.path(), own(name)),
            format!("Malformed: {name}: is a device, a socket or a named pipe, not a file")
        );
    }
    assert_eq!(
        told(Path::new("/dev"), own("zero")),
        "Malformed: zero: is a device, a socket or a named pipe, not a file"
    );
}

#[test]
fn all_files_together_may_have_as_many_bytes_as_the_cap_and_not_one_more() {
    let outside = directory(&[("large", "0123456789")]);
    let place = directory(&[("foo", "12345"), ("un/related", "678")]);
    symlink(outside.path().join("large"), place.path().join("outside")).unwrap();
    symlink("foo", place.path().join("again")).unwrap();
    let failed = |cap| fetch(&Dir::at(place.path()).size_cap(cap), &[key("foo")]).err();
    assert_eq!(failed(8), None);
    let failure = failed(7).unwrap();
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert_eq!(
        failure.to_string(),
        format!("{}: its files have more than 7 bytes together", place.path().display())
    );
}

#[test]
fn sixteen_mebibytes_are_allowed_unless_told_otherwise() {
    let place = directory(&[("foo", "x")]);
    let rest = fs::File::create(place.path().join("rest")).unwrap();
    rest.set_len(16 * 1024 * 1024 - 1).unwrap();
    assert_eq!(told(place.path(), key("foo")), "= x");
    rest.set_len(16 * 1024 * 1024).unwrap();
    assert!(fetch(&Dir::at(place.path()), &[key("foo")]).is_err());
}

#[test]
fn names_that_carry_the_prefix_and_nobody_claims_are_listed() {
    let place = directory(&[
        ("APP_PORT", "1"),
        ("APP_PROT", "1"),
        ("APP_OWN", "1"),
        ("OTHER", "1"),
        ("port", "1"),
    ]);
    let keys = &[Key { variables: &["APP_PORT"], ..key("port") }, own("APP_OWN")];
    let unclaimed = Dir::at(place.path()).unclaimed(&Claims { keys, prefix: "APP_" });
    let names: Vec<&str> = unclaimed.iter().map(|unclaimed| &*unclaimed.name).collect();
    assert_eq!(names, ["APP_PROT"]);
    assert_eq!(unclaimed[0].file.as_deref(), Some(place.path().join("APP_PROT").as_path()));
    assert!(Dir::at(place.path()).unclaimed(&Claims { keys, prefix: "" }).is_empty());
}

#[test]
fn the_plan_names_every_file_that_would_be_read() {
    let keys = &[Key { variables: &["APP_SMTP_HOST"], ..key("smtp.host") }];
    let plan = Dir::at("/run/secrets").plan(&Wanted::of(keys));
    let files =
        ["smtp/host", "smtp.host", "APP_SMTP_HOST"].map(|name| format!("/run/secrets/{name}"));
    assert_eq!(plan.calls(), [format!("reads {}", files.join(", else "))]);
}

/// Where the tests run as root, to whom nothing is denied, this one runs again as somebody else.
#[test]
fn what_may_not_be_read_is_denied() {
    const AS_NOBODY: &str = "CONFIG_CORE_TEST_AS_NOBODY";
    if let Some(place) = std::env::var_os(AS_NOBODY) {
        return denied(Path::new(&place));
    }
    let place = directory(&[("file", "x"), ("closed/file", "x"), ("all/file", "x")]);
    let set_mode = |name: &str, mode| {
        fs::set_permissions(place.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode("", 0o755);
    for name in ["file", "closed", "all"] {
        set_mode(name, 0);
    }
    if fs::read(place.path().join("file")).is_err() {
        denied(place.path());
    } else {
        let copy = place.path().join("tests");
        fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        let name = "sources::dir::tests::what_may_not_be_read_is_denied";
        let mut again = Command::new(copy);
        again.args(["--exact", name]).env(AS_NOBODY, place.path()).uid(65534).gid(65534);
        let output = again.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    }
    set_mode("closed", 0o700);
    set_mode("all", 0o700);
}

fn denied(place: &Path) {
    assert!(fs::read(place.join("file")).is_err(), "nothing is denied to this user");
    let dir = |place: &Path, name| {
        shown(fetch(&Dir::at(place).size_cap(u64::MAX), &[own(name)]).unwrap().remove(0), place)
    };
    assert_eq!(dir(place, "file"), "Denied: file: permission denied");
    assert_eq!(dir(place, "closed/file"), "Denied: closed/file: permission denied");
    assert_eq!(dir(&place.join("all"), "file"), "Denied: file: permission denied");
}
