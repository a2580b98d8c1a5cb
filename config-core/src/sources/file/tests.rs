use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::{Request, Unopened};
use super::{KIND, is_readable_by_others};
use crate::document::samples::CANARY;
use crate::environment::{Context, Environment};
use crate::source::{Answer, Claims, Failure, FailureKind, Fetch, Key, Source, Wanted};
use crate::value::Value;

const PORT: Key<'_> = Key {
    path: "port",
    variables: &["APP_PORT"],
    own: None,
    base: None,
    secret: false,
    prefix: "",
    binary: false,
};

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(directory.path().join(name), content).unwrap();
    }
    directory
}

fn open_with(
    root: &Path,
    request: &Request<'_>,
    profile: Option<&str>,
) -> Result<Box<dyn Source>, Unopened> {
    let environment = Environment::Process;
    KIND.open(request, &Context::of(&environment, Some(root), profile))
}

fn open(root: &Path, place: &str) -> Box<dyn Source> {
    let opened = open_with(root, &Request::declared(Some(place)), Some("production"));
    opened.unwrap_or_else(|_| panic!("{place} opens"))
}

fn fetch(source: &dyn Source) -> Result<Answer, Failure> {
    match source.fetch(&Wanted::of(&[PORT])) {
        Fetch::Ready(answers) => answers.map(|mut answers| answers.remove(0)),
        Fetch::Pending(_) => panic!("a file answers at once"),
    }
}

/// What the source says of `port`, in one line.
fn port(root: &Path, place: &str) -> String {
    match fetch(&*open(root, place)) {
        Ok(Answer::Value(found)) => match &found.node.value {
            Value::Number(text) | Value::Text(text) => text.to_string(),
            value => value.kind().to_owned(),
        },
        Ok(Answer::Absent(absence)) => absence.to_string(),
        Ok(answer) => format!("{answer:?}"),
        Err(failure) => shown(&failure, root),
    }
}

fn failure(root: &Path, place: &str) -> Failure {
    fetch(&*open(root, place)).expect_err("a failure")
}

fn shown(failure: &Failure, root: &Path) -> String {
    failure.to_string().replace(&format!("{}/", root.display()), "")
}

#[test]
fn a_json_file_is_read() {
    let directory =
        directory(&[("secrets.json", r#"{"port": 8080}"#), ("UPPER.JSON", r#"{"port": 1}"#)]);
    assert_eq!(port(directory.path(), "secrets.json"), "8080");
    assert_eq!(port(directory.path(), "UPPER.JSON"), "1");
}

#[test]
fn an_answer_names_the_file_and_the_place_in_it() {
    let directory = directory(&[("secrets.json", "{\n  \"port\": 8080\n}")]);
    let Ok(Answer::Value(found)) = fetch(&*open(directory.path(), "secrets.json")) else {
        panic!()
    };
    assert_eq!(found.origin.file(), Some(&*directory.path().join("secrets.json")));
    assert_eq!((found.origin.position().line, found.origin.position().column), (2, 11));
}

#[test]
fn a_file_is_named_as_the_list_names_it() {
    let directory = directory(&[]);
    assert_eq!(open(directory.path(), "secrets.json").label(), "file secrets.json");
    assert_eq!(open(directory.path(), "{profile}.json#a.b").label(), "file production.json#a.b");
}

#[test]
fn a_file_that_is_not_there_has_nothing() {
    let directory = directory(&[]);
    let path = directory.path().join("secrets.json").display().to_string();
    let missing = format!("port (no such file: {path})");
    assert_eq!(port(directory.path(), "secrets.json"), missing);
    assert_eq!(port(directory.path(), "secrets.json#production"), missing);
    assert_eq!(port(Path::new("/"), &path), "port (no such file)");
}

#[test]
fn a_file_given_by_name_has_to_be_there() {
    let directory = directory(&[]);
    let request = Request::given("secrets.json");
    let Ok(source) = open_with(directory.path(), &request, None) else { panic!() };
    let failure = fetch(&*source).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::NotFound);
    assert_eq!(shown(&failure, directory.path()), "secrets.json: no such file");
}

#[test]
fn a_place_given_by_name_is_not_expanded() {
    let directory = directory(&[("{profile}.json", r#"{"port": 1}"#)]);
    let request = Request::given("{profile}.json");
    let Ok(source) = open_with(directory.path(), &request, Some("production")) else { panic!() };
    assert!(matches!(fetch(&*source), Ok(Answer::Value(_))));
}

#[test]
fn without_a_profile_a_place_that_needs_one_is_not_configured() {
    for place in ["{profile}.json", "App.json#{profile}"] {
        let opened = open_with(Path::new("/"), &Request::declared(Some(place)), None);
        assert!(matches!(opened, Err(Unopened::NotConfigured(name)) if name == "profile"));
    }
}

#[test]
fn a_name_with_another_extension_is_refused_when_opened() {
    for place in ["secrets", "secrets.ini", "secrets.json5", ".json"] {
        let opened = open_with(Path::new("/app"), &Request::declared(Some(place)), None);
        let Err(Unopened::Failed(failure)) = opened else { panic!("{place}") };
        assert_eq!(
            failure.to_string(),
            format!("/app/{place}: the name must end in .json, .toml, .yaml or .yml")
        );
    }
}

#[test]
fn a_table_of_a_file_is_read_as_if_it_were_the_whole() {
    let directory = directory(&[(
        "App.json",
        r#"{"port": 1, "production": {"port": 2}, "a": {"b": {"port": 3}}, "c.d": {"port": 4}}"#,
    )]);
    assert_eq!(port(directory.path(), "App.json#{profile}"), "2");
    assert_eq!(port(directory.path(), "App.json#a.b"), "3");
    assert_eq!(port(directory.path(), "App.json#c.d"), "4");
}

#[test]
fn a_mark_in_the_name_of_a_directory_is_no_table() {
    let directory = directory(&[]);
    fs::create_dir(directory.path().join("c#")).unwrap();
    fs::write(directory.path().join("c#/a.json"), r#"{"port": 5}"#).unwrap();
    assert_eq!(port(directory.path(), "c#/a.json"), "5");
}

#[test]
fn a_table_that_a_file_does_not_have_is_a_failure_that_names_both() {
    let directory = directory(&[("App.json", r#"{"staging": {}, "a": null}"#)]);
    for table in ["production", "a.b", "staging.eu"] {
        let failure = failure(directory.path(), &format!("App.json#{table}"));
        assert_eq!(failure.kind(), FailureKind::NotFound);
        assert_eq!(shown(&failure, directory.path()), format!("App.json: has no table `{table}`"));
    }
}

#[test]
fn a_table_that_is_something_else_is_a_failure_at_its_place() {
    let directory = directory(&[
        ("App.json", "{\n \"production\": 7, \"a\": {\"b\": []}}"),
        ("list.json", "[1]"),
    ]);
    for (place, message) in [
        (
            "App.json#production",
            "App.json, line 2, column 16: production must be a table, is a number",
        ),
        (
            "App.json#production.eu",
            "App.json, line 2, column 16: production must be a table, is a number",
        ),
        ("App.json#a.b", "App.json, line 2, column 30: a.b must be a table, is a list"),
        ("list.json", "list.json, line 1, column 1: the document must be a table, is a list"),
    ] {
        assert_eq!(shown(&failure(directory.path(), place), directory.path()), message);
    }
}

#[test]
fn an_empty_section_is_an_empty_table() {
    let directory = directory(&[("App.json", r#"{"production": null}"#), ("null.json", "null")]);
    assert_eq!(port(directory.path(), "App.json#production"), "port (no such key)");
    assert_eq!(port(directory.path(), "null.json"), "port (no such key)");
}

#[test]
fn the_name_of_a_table_must_not_be_empty() {
    for place in ["App.json#", "App.json#a.", "App.json#.a", "App.json#a..b"] {
        let opened = open_with(Path::new("/"), &Request::declared(Some(place)), None);
        assert!(matches!(opened, Err(Unopened::Failed(_))), "{place}");
    }
}

#[test]
fn whatever_cannot_be_read_is_a_failure_of_its_own_sort_that_quotes_nothing() {
    let directory = directory(&[
        ("syntax.json", &format!("{{\n  \"a\": \"{CANARY}\"\n  \"b\": 1}}")),
        ("cut.json", &format!("{{\"a\": \"{CANARY}")),
        ("empty.json", ""),
    ]);
    fs::write(directory.path().join("latin.json"), b"{\n\"a\": \"CANARY\xE9\"}").unwrap();
    fs::create_dir(directory.path().join("folder.json")).unwrap();
    let huge = fs::File::create(directory.path().join("huge.json")).unwrap();
    huge.set_len(super::FILE_CAP + 1).unwrap();
    for (place, message) in [
        ("syntax.json", "syntax.json, line 3, column 3: expected `,` or `}`"),
        ("cut.json", "cut.json, line 1, column 7: the text is not closed"),
        ("empty.json", "empty.json, line 1, column 1: the document is empty"),
        ("latin.json", "latin.json, line 2, column 13: is not UTF-8"),
        ("folder.json", "folder.json: is a directory, not a file"),
        ("huge.json", "huge.json: is 16777217 bytes long; the limit is 16777216 bytes"),
    ] {
        let failure = failure(directory.path(), place);
        assert_eq!(failure.kind(), FailureKind::Malformed);
        assert_eq!(shown(&failure, directory.path()), message);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_itself_and_a_file_nobody_may_read_are_failures() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = directory(&[("denied.json", "{}")]);
    symlink("loop.json", directory.path().join("loop.json")).unwrap();
    assert_eq!(failure(directory.path(), "loop.json").kind(), FailureKind::Unreachable);
    let denied = directory.path().join("denied.json");
    fs::set_permissions(&denied, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::read(&denied).is_err() {
        assert_eq!(failure(directory.path(), "denied.json").kind(), FailureKind::Denied);
    }
}

#[test]
fn a_file_is_read_once_and_only_when_asked() {
    let directory = directory(&[]);
    let source = open(directory.path(), "secrets.json");
    fs::write(directory.path().join("secrets.json"), r#"{"port": 1}"#).unwrap();
    assert!(matches!(fetch(&*source), Ok(Answer::Value(_))));
    fs::remove_file(directory.path().join("secrets.json")).unwrap();
    assert!(matches!(fetch(&*source), Ok(Answer::Value(_))));
}

#[test]
fn names_that_nobody_has_are_told_from_the_table_that_was_read() {
    let directory =
        directory(&[("App.json", r#"{"APP_A": 1, "production": {"APP_B": 2, "x": 1}}"#)]);
    let names = |place: &str| {
        let claims = Claims { keys: &[PORT], prefix: "APP_" };
        let unclaimed = open(directory.path(), place).unclaimed(&claims);
        unclaimed.into_iter().map(|unclaimed| unclaimed.name).collect::<Vec<_>>()
    };
    assert_eq!(names("App.json"), ["APP_A"]);
    assert_eq!(names("App.json#production"), ["APP_B"]);
    assert!(names("missing.json").is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_remarked_on() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory(&[("secrets.json", "{}")]);
    let path = directory.path().join("secrets.json");
    let claims = Claims { keys: &[PORT], prefix: "" };
    let remarks_on = |place| open(directory.path(), place).remarks(&claims).len();
    for (mode, remarks) in [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o666, 1)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(remarks_on("secrets.json"), remarks, "{mode:o}");
    }
    assert_eq!(remarks_on("missing.json"), 0);
    assert!(!is_readable_by_others(&directory.path().join("missing.json")));
}

#[cfg(not(feature = "toml"))]
#[test]
fn a_syntax_whose_feature_is_off_fails_only_where_there_is_such_a_file() {
    let directory = directory(&[("App.toml", "port = 1")]);
    let other = directory.path().join("Other.toml");
    assert_eq!(
        port(directory.path(), "Other.toml"),
        format!("port (no such file: {})", other.display())
    );
    let failure = failure(directory.path(), "App.toml");
    assert_eq!(failure.kind(), FailureKind::NotConfigured);
    assert_eq!(
        shown(&failure, directory.path()),
        "App.toml: reading it needs the feature `toml` of config-core"
    );
}

#[test]
fn a_key_that_is_missing_can_be_added() {
    let source = open(Path::new("/"), "{profile}.json#a");
    assert_eq!(source.remedy(&PORT).unwrap(), "add port to production.json#a");
}

#[cfg(all(feature = "toml", feature = "yaml"))]
#[test]
fn the_three_syntaxes_are_told_apart_by_the_extension() {
    let directory = directory(&[
        ("a.json", "{\"port\": 1, \"eu\": {\"port\": 11}}"),
        ("a.toml", "port = 2\n[eu]\nport = 22"),
        ("a.yaml", "port: 3\neu:\n  port: 33"),
        ("a.yml", "port: 4\neu: {port: 44}"),
    ]);
    for (place, value) in [
        ("a.json", "1"),
        ("a.toml", "2"),
        ("a.yaml", "3"),
        ("a.yml", "4"),
        ("a.json#eu", "11"),
        ("a.toml#eu", "22"),
        ("a.yaml#eu", "33"),
        ("a.yml#eu", "44"),
    ] {
        assert_eq!(port(directory.path(), place), value, "{place}");
    }
}

#[cfg(all(feature = "toml", feature = "yaml"))]
#[test]
fn whatever_is_wrong_in_toml_or_yaml_names_the_file_and_the_place_and_quotes_nothing() {
    let directory = directory(&[
        ("twice.toml", &format!("a = '{CANARY}'\na = '{CANARY}'")),
        ("cut.toml", &format!("a = '{CANARY}")),
        ("list.toml", "[[production]]\na = 1"),
        ("empty.toml", ""),
        ("twice.yaml", &format!("a: {CANARY}\nb:\n  c: 1\n  c: {CANARY}")),
        ("cyclic.yaml", &format!("a: &x\n  b: {CANARY}\n  c: *x")),
        ("alias.yaml", &format!("a: *{CANARY}")),
        ("tab.yaml", &format!("a:\n\tb: {CANARY}")),
        ("two.yaml", &format!("a: {CANARY}\n---\nb: 1")),
        ("list.yaml", &format!("- {CANARY}")),
        ("empty.yaml", "# nothing yet\n"),
    ]);
    for (place, said) in [
        ("twice.toml", "twice.toml, line 2, column 1: key `a` stands twice; first at line 1"),
        ("cut.toml", "cut.toml, line 1, column 16: invalid literal string; expected `'`"),
        (
            "list.toml#production",
            "list.toml, line 1, column 1: production must be a table, is a list",
        ),
        ("empty.toml", "port (no such key)"),
        ("empty.toml#production", "empty.toml: has no table `production`"),
        ("twice.yaml", "twice.yaml, line 4, column 3: key `c` stands twice; first at line 3"),
        (
            "cyclic.yaml",
            "cyclic.yaml, line 3, column 6: an alias inside the value that it stands for",
        ),
        (
            "alias.yaml",
            "alias.yaml, line 1, column 4: an alias whose anchor does not stand before it; a text that begins with `*` needs quotes",
        ),
        (
            "tab.yaml",
            "tab.yaml, line 2, column 2: tabs disallowed within this context (block indentation)",
        ),
        ("two.yaml", "two.yaml, line 2, column 1: a second document begins; only one is read"),
        ("list.yaml", "list.yaml, line 1, column 1: the document must be a table, is a list"),
        ("empty.yaml", "port (no such key)"),
        ("empty.yaml#production", "empty.yaml: has no table `production`"),
    ] {
        assert_eq!(port(directory.path(), place), said);
    }
}
