//! Directories of secrets, as a service loads them.
//!
//! Left out on purpose: folding the case of file names (names are case-sensitive), a choice of what is stripped (it is
//! one line end, and nothing of bytes), a policy for missing directories (what is declared may be missing, what is
//! given must exist), and options of the environment that could be set to change how a directory is read.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use config_core::{Dir, ExposeSecret, ProblemKind, SecretBytes, SecretString, Secrets};
use tempfile::TempDir;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    directory
}

#[derive(Debug, Secrets)]
#[secrets(sources(env, dotenv, dir("first"), dir("second")))]
struct Listed {
    #[secret(required, format = any)]
    token: SecretString,
    #[setting(default = 8080)]
    port: u16,
    #[nested]
    db: Database,
}

#[derive(Debug, Secrets)]
struct Database {
    #[setting(required)]
    user: String,
    #[secret(required, format = any)]
    passwd: SecretString,
}

fn listed(root: &Path, env: &[(&str, &str)]) -> Result<Listed, config_core::Error> {
    Listed::loader().root(root).env(env.iter().copied().chain([("UNRELATED", "")])).load()
}

#[test]
fn the_first_directory_that_has_a_value_wins_and_the_others_fill_in() {
    let root = directory(&[
        ("first/token", "one"),
        ("second/token", "two"),
        ("second/db/user", "app"),
        ("second/db.passwd", "word\n"),
    ]);
    let settings = listed(root.path(), &[]).unwrap();
    assert_eq!(settings.token.expose_secret(), "one");
    assert_eq!((settings.db.user.as_str(), settings.db.passwd.expose_secret()), ("app", "word"));
}

#[test]
fn a_directory_beats_defaults_and_loses_to_what_stands_before_it() {
    let root = directory(&[
        ("first/token", "t"),
        ("first/port", "1"),
        ("first/db/user", "dir"),
        ("first/db/passwd", "p"),
    ]);
    assert_eq!(listed(root.path(), &[]).unwrap().port, 1);
    fs::write(root.path().join(".env"), "PORT=2").unwrap();
    let settings = listed(root.path(), &[("DB_USER", "env")]).unwrap();
    assert_eq!((settings.port, settings.db.user.as_str()), (2, "env"));
    assert_eq!(settings.db.passwd.expose_secret(), "p");
}

#[test]
fn a_directory_that_is_declared_may_be_missing_and_is_named_where_it_matters() {
    let root = directory(&[("second/db/user", "u"), ("second/db/passwd", "p")]);
    let error = listed(root.path(), &[]).unwrap_err();
    let problems: Vec<_> = error.iter().map(|problem| (problem.path(), problem.kind())).collect();
    assert_eq!(problems, [("token", ProblemKind::Missing)]);
    let text = error.to_string();
    let first = format!("dir {} (no such directory)", root.path().join("first/token").display());
    let second = format!("dir {} (no such file)", root.path().join("second/token").display());
    assert!(text.contains(&first) && text.contains(&second), "{text}");
}

#[test]
fn every_required_field_that_an_empty_directory_lacks_is_a_problem() {
    let root = tempfile::tempdir().unwrap();
    let error = listed(root.path(), &[]).unwrap_err();
    let paths: Vec<&str> = error.iter().map(config_core::Problem::path).collect();
    assert_eq!(paths, ["token", "db.user", "db.passwd"]);
}

#[derive(Debug, Secrets)]
struct Given {
    #[secret(required, format = any)]
    token: SecretString,
}

#[test]
fn a_directory_given_to_the_loader_must_exist() {
    for loader in
        [Given::loader().dir("/no/such/place"), Given::loader().source(Dir::at("/no/such/place"))]
    {
        let error = loader.env([("UNRELATED", "")]).load().unwrap_err();
        assert!(error.iter().any(|problem| problem.kind() == ProblemKind::NotFound), "{error}");
        assert!(error.to_string().contains("/no/such/place"), "{error}");
    }
}

#[test]
fn the_report_names_the_file_once() {
    let root = directory(&[("token", "t")]);
    let loaded = Given::loader().dir(root.path()).env([("UNRELATED", "")]).load_report().unwrap();
    let origin = loaded.report.origin("token").unwrap();
    assert_eq!(origin.to_string(), format!("dir {}", root.path().join("token").display()));
    assert_eq!(origin.file(), Some(root.path().join("token").as_path()));
}

#[test]
fn a_link_that_leaves_the_directory_is_a_problem_that_names_it() {
    let root = directory(&[("outside", "s3cret-outside"), ("in/other", "x")]);
    symlink("../outside", root.path().join("in/token")).unwrap();
    let error =
        Given::loader().dir(root.path().join("in")).env([("UNRELATED", "")]).load().unwrap_err();
    let problem = error.iter().next().unwrap();
    assert_eq!((problem.path(), problem.kind()), ("token", ProblemKind::Denied));
    let text = error.to_string();
    assert!(
        text.contains("in/token")
            && text.contains("leaves the directory")
            && !text.contains("s3cret"),
        "{text}"
    );
}

#[test]
fn files_of_more_than_the_limit_are_a_problem() {
    let root = directory(&[("token", "12345"), ("other", "678")]);
    let with_cap = |bytes| {
        Given::loader().source(Dir::at(root.path()).size_cap(bytes)).env([("UNRELATED", "")]).load()
    };
    assert_eq!(with_cap(8).unwrap().token.expose_secret(), "12345");
    let error = with_cap(7).unwrap_err();
    assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::Malformed);
    assert!(error.to_string().contains("more than 7 bytes together"), "{error}");
}

#[derive(Debug, Secrets)]
#[secrets(sources(dir("secrets")))]
struct Typed {
    #[setting(required)]
    labels: HashMap<String, u8>,
    #[secret(required, format = url("postgres"))]
    database: SecretString,
    #[secret(required, format = any)]
    key: SecretBytes,
    #[secret(format = any, dir = "renamed")]
    own: Option<SecretString>,
}

#[test]
fn files_are_decoded_as_their_fields_want_them() {
    let root = directory(&[
        ("secrets/labels", "{\"a\": 1, \"b\": 2}\n"),
        ("secrets/database", "postgres://u:p@h/d\n"),
        ("secrets/key", "raw\n"),
        ("secrets/renamed", "mine"),
    ]);
    let settings = Typed::loader().root(root.path()).env([("UNRELATED", "")]).load().unwrap();
    assert_eq!(settings.labels, HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    assert_eq!(settings.database.expose_secret(), "postgres://u:p@h/d");
    assert_eq!(settings.key.expose_secret(), b"raw\n");
    assert_eq!(settings.own.unwrap().expose_secret(), "mine");
}

#[test]
fn what_does_not_decode_is_named_with_its_file() {
    let root = directory(&[
        ("secrets/labels", "{\"a\": "),
        ("secrets/database", "postgres://h/d"),
        ("secrets/key", "k"),
    ]);
    let error = Typed::loader().root(root.path()).env([("UNRELATED", "")]).load().unwrap_err();
    let problem = error.iter().next().unwrap();
    assert_eq!((problem.path(), problem.kind()), ("labels", ProblemKind::WrongType));
    assert!(
        error.to_string().contains(&root.path().join("secrets/labels").display().to_string()),
        "{error}"
    );
}

#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(dir))]
struct Standard {
    #[secret(required, format = any)]
    token: SecretString,
}

#[test]
fn without_a_place_it_is_the_service_managers_directory() {
    let root = directory(&[("APP_TOKEN", "t"), ("APP_TOKNE", "x")]);
    let loaded = Standard::loader()
        .env([("CREDENTIALS_DIRECTORY", root.path().display().to_string())])
        .load_report()
        .unwrap();
    assert_eq!(loaded.settings.token.expose_secret(), "t");
    let warnings: Vec<String> = loaded.report.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("APP_TOKNE") && warnings[0].contains("did you mean APP_TOKEN?"),
        "{warnings:?}"
    );
}

#[test]
fn a_directory_in_place_of_a_file_is_a_warning() {
    let root = directory(&[("token/x", ""), ("APP_TOKEN", "t")]);
    let loaded = Standard::loader()
        .env([("CREDENTIALS_DIRECTORY", root.path().display().to_string())])
        .load_report()
        .unwrap();
    let warnings: Vec<String> = loaded.report.warnings().iter().map(ToString::to_string).collect();
    assert!(
        warnings.iter().any(|warning| warning.contains("token is a directory, not a file")),
        "{warnings:?}"
    );
}
