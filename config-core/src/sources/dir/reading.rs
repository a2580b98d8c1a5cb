//! One attempt to read all keys of a directory from one generation of it.

use std::borrow::Cow;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use zeroize::Zeroizing;

use super::names::names;
use super::tree::{self, Place, Tree};
use crate::origin::{Absence, Origin};
use crate::source::{Answer, Answers, Failure, FailureKind, Key};
use crate::sources::read;
use crate::value::{Node, Position, Value};

/// How often what is replaced while it is read is read anew.
pub(super) const ATTEMPTS: usize = 100;

/// An attempt.
pub(super) struct Attempt<'a> {
    pub(super) tree: &'a Tree,
    /// The directory as it was named.
    pub(super) path: &'a Path,
    pub(super) size_cap: u64,
    /// Whether something that was looked for was not there.
    pub(super) has_gaps: bool,
}

/// What a name led to.
enum Reading {
    Value(Value),
    Directory,
    Missing(&'static str),
}

impl Attempt<'_> {
    /// Reads all keys; none where the directory was replaced before they were all read.
    pub(super) fn answers(mut self, keys: &[Key<'_>]) -> Option<Answers> {
        if self.tree.size(self.size_cap) > self.size_cap {
            let message = format!("its files have more than {} bytes together", self.size_cap);
            return Some(Err(failed(FailureKind::Malformed, message, self.path)
                .hint("put secrets in a directory of their own, or raise the limit: Dir::at(..).size_cap(..)")));
        }
        let answers: Vec<Answer> = keys.iter().map(|key| self.answer(key)).collect();
        // A generation that is no longer current may be half removed: then what is not found in it means nothing.
        (!self.has_gaps || self.tree.is_current()).then_some(Ok(answers))
    }

    fn answer(&mut self, key: &Key<'_>) -> Answer {
        let names = match names(key) {
            Ok(names) => names,
            Err(failure) => return Answer::Failed(failure),
        };
        let (mut empty, mut directory, mut missing) = (None, None, None);
        for name in &names {
            let shown = self.path.join(name);
            match self.read(name, &shown, key.is_binary()) {
                Ok(Reading::Value(value)) if value.is_empty() => {
                    empty = empty.or(Some(origin(&shown)));
                }
                Ok(Reading::Value(value)) => {
                    return Answer::value(Node::new(value, Position::default()), origin(&shown));
                }
                Ok(Reading::Directory) => {
                    directory = directory.or(Some(absent(&shown, "is a directory")));
                }
                Ok(Reading::Missing(why)) => {
                    missing = missing.or(Some(nothing(&shown, &shown, why)));
                }
                Err(failure) => return Answer::Failed(failure),
            }
        }
        match (empty, directory.or(missing)) {
            (Some(origin), _) => Answer::Empty(origin),
            (None, Some(absence)) => Answer::Absent(absence),
            (None, None) => Answer::Absent(nothing(self.path, self.path, "no such file")),
        }
    }

    fn read(&mut self, name: &Path, shown: &Path, is_binary: bool) -> Result<Reading, Failure> {
        for _ in 0..ATTEMPTS {
            let (real, metadata) = match self.tree.find(name) {
                Place::File(real, metadata) => (real, metadata),
                Place::Directory => return Ok(Reading::Directory),
                Place::Missing(why) => {
                    self.has_gaps = true;
                    return Ok(Reading::Missing(why));
                }
                other => return Err(refused(other, shown)),
            };
            let file = match File::open(&real) {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(Failure::io(&error, shown.into())),
            };
            // Between the look and the opening another file, or a link to one outside, may have come to its place.
            if !file.metadata().is_ok_and(|opened| tree::is_same(&metadata, &opened)) {
                continue;
            }
            let bytes = read::read_open(file, shown, self.size_cap)?;
            return value(bytes, is_binary, shown).map(Reading::Value);
        }
        Err(failed(
            FailureKind::Unreachable,
            "was replaced again and again while it was read",
            shown,
        ))
    }
}

/// What is said of a key where there is no directory.
pub(super) fn no_directory(path: &Path, key: &Key<'_>) -> Answer {
    match names(key) {
        Ok(names) => {
            let shown = names.first().map_or_else(|| path.to_owned(), |name| path.join(name));
            Answer::Absent(nothing(&shown, path, "no such directory"))
        }
        Err(failure) => Answer::Failed(failure),
    }
}

pub(super) fn failed(
    kind: FailureKind,
    message: impl Into<Cow<'static, str>>,
    path: &Path,
) -> Failure {
    Failure::new(kind, message).in_file(path.into(), Position::default())
}

/// The content of a file as a value.
fn value(mut bytes: Zeroizing<Vec<u8>>, is_binary: bool, shown: &Path) -> Result<Value, Failure> {
    if is_binary {
        return Ok(Value::Bytes(bytes));
    }
    let line_end = if bytes.ends_with(b"\r\n") { 2 } else { usize::from(bytes.ends_with(b"\n")) };
    let end = bytes.len() - line_end;
    bytes.truncate(end);
    match read::into_text(bytes) {
        Ok(text) => Ok(Value::Text(text)),
        Err((message, at)) => Err(Failure::new(FailureKind::Malformed, message)
            .in_file(shown.into(), at)
            .hint("save it as UTF-8, or let the field take bytes")),
    }
}

fn origin(shown: &Path) -> Origin {
    Origin::new(shown.display().to_string()).in_file(shown.into(), Position::default())
}

fn absent(shown: &Path, why: &'static str) -> Absence {
    Absence::new(shown.display().to_string(), why)
}

/// The same where there is nothing, which shows at a path.
fn nothing(shown: &Path, path: &Path, why: &'static str) -> Absence {
    Absence::new(shown.display().to_string(), read::nothing_at(path, path, why.into()))
}

fn refused(place: Place, shown: &Path) -> Failure {
    match place {
        Place::Outside => failed(FailureKind::Denied, "is a link that leaves the directory", shown)
            .hint("put the file itself into the directory"),
        Place::Loop => failed(FailureKind::Malformed, "is a link that leads back to itself", shown),
        Place::Unreadable(error) => Failure::io(&error, shown.into()),
        _ => failed(
            FailureKind::Malformed,
            "is a device, a socket or a named pipe, not a file",
            shown,
        ),
    }
}
