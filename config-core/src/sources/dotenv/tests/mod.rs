//! The `.env` source: which files it finds, what it answers from them.

mod answering;
mod expanding;
mod finding;
#[cfg(feature = "dotenvy")]
mod migrating;
mod remarking;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::{Dotenv, KIND};
use crate::environment::{Context, Environment};
use crate::origin::Origin;
use crate::source::{Answer, Answers, Failure, Fetch, Key, Source, Wanted};
use crate::sources::Request;
use crate::value::Value;

/// A directory that the search does not leave.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".git")).unwrap();
    files.iter().for_each(|(name, text)| write(&directory.path().join(name), text));
    directory
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn setting<'a>(variables: &'a [&'a str]) -> Key<'a> {
    Key {
        path: "field",
        variables,
        own: None,
        base: None,
        secret: false,
        prefix: "",
        binary: false,
    }
}

fn secret<'a>(variables: &'a [&'a str]) -> Key<'a> {
    Key { secret: true, ..setting(variables) }
}

fn ask_all(source: &dyn Source, keys: &[Key<'_>]) -> Answers {
    match source.fetch(&Wanted::of(keys)) {
        Fetch::Ready(answers) => answers,
        Fetch::Pending(_) => unreachable!("a local source answers at once"),
    }
}

/// The answer for one key, with the variable's name written in.
fn ask(source: &dyn Source, key: Key<'_>) -> Answer {
    let mut answer = ask_all(source, &[key]).unwrap().remove(0);
    let (name, which) = match &mut answer {
        Answer::Value(found) => (&mut found.origin.key, found.origin.which),
        Answer::Empty(origin) => (&mut origin.key, origin.which),
        Answer::Absent(absence) => (&mut absence.key, absence.which),
        Answer::Failed(_) | Answer::Unread(_) => return answer,
    };
    if let Some(which) = which {
        *name = key.variables[which].to_owned().into();
    }
    answer
}

fn found(answer: Answer) -> (String, Origin) {
    match answer {
        Answer::Value(found) => match found.node.value {
            Value::Text(text) => (text.to_string(), found.origin),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The text of the variable `A`.
fn value(source: &dyn Source) -> String {
    found(ask(source, setting(&["A"]))).0
}

fn failure(answers: Answers) -> Failure {
    answers.map(|answers| answers.len()).expect_err("it should have failed")
}

/// The source as a list opens it.
fn opened(
    root: &Path,
    place: Option<(&str, bool)>,
    profile: Option<&str>,
    variables: &[(&str, &str)],
) -> Box<dyn Source> {
    let pairs = variables.iter().map(|(name, text)| ((*name).to_owned(), text.to_string().into()));
    let environment = Environment::Pairs(Arc::new(pairs.collect()));
    let context = Context::of(&environment, Some(root), profile);
    let request = Request {
        place: place.map(|(place, _)| place),
        given: place.is_some_and(|(_, given)| given),
        ..Request::declared(None)
    };
    KIND.open(&request, &context).unwrap_or_else(|_| panic!("it could not be opened"))
}

/// The search from a directory, as a list opens it.
fn searched(root: &Path) -> Box<dyn Source> {
    opened(root, None, None, &[])
}

/// Exactly this text, read as a file.
fn read(text: &str, set_up: impl FnOnce(Dotenv) -> Dotenv) -> (TempDir, Dotenv) {
    let directory = directory(&[(".env", text)]);
    let source = set_up(Dotenv::at(directory.path().join(".env")).env([("E", "environment")]));
    (directory, source)
}

fn sub(directory: &TempDir, path: &str) -> PathBuf {
    let path = directory.path().join(path);
    fs::create_dir_all(&path).unwrap();
    path
}
