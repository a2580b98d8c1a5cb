//! What is kept beyond the end of the process: one file, encrypted with age, written anew whenever something was read.

mod record;
mod replace;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

pub(super) use self::record::Record;
use self::record::{node, record, text_of};
use self::replace::{clean, not_written, replace};
use super::body::Body;
use crate::age::{Identity, decrypt_file, encrypt_file};
use crate::document::json;
use crate::origin::Plain;
use crate::source::{Failure, FailureKind};
use crate::sources::read::{FILE_CAP, read_file};
use crate::value::{Node, Position, Value};

/// The form of the file; another one is not read.
const FORMAT: &str = "config-core-cache/1";

/// How much is written at most, before it is encrypted, which makes it longer by less than a half: what is larger than
/// [`FILE_CAP`] would not be read.
const MOST: usize = FILE_CAP as usize / 2;

const NOWHERE: Position = Position { line: 0, column: 0 };

/// The file.
pub(super) struct Disk {
    path: PathBuf,
    identity: Identity,
    /// One writer at a time, who may hang.
    writing: Mutex<()>,
    trouble: Mutex<Trouble>,
}

/// What a person has to know of the file.
#[derive(Default)]
struct Trouble {
    /// Why it could not be read.
    unread: Option<String>,
    /// Whether what could not be read was written over since.
    is_anew: bool,
    /// Why it could not be written, the last time.
    unwritten: Option<String>,
    /// How many there was no room for, the last time.
    left_out: usize,
}

impl Disk {
    pub(super) fn new(path: PathBuf, identity: Identity) -> Self {
        Self { path, identity, writing: Mutex::default(), trouble: Mutex::default() }
    }

    /// What is kept; nothing where there is no file yet, or none that can be read, which is remembered.
    pub(super) fn load(&self) -> Vec<Record> {
        clean(&self.path);
        match self.read() {
            Ok(records) => records,
            Err(failure) => {
                self.trouble().unread = Some(match failure.kind {
                    FailureKind::Denied if failure.hint.is_some() => format!(
                        "{}: it is not encrypted to this identity",
                        Plain(self.path.display())
                    ),
                    _ => failure.to_string(),
                });
                Vec::new()
            }
        }
    }

    /// Writes all that is to be kept. A file that cannot be written is no reason to fail a load, and is remembered. What is
    /// to be kept is asked for once nobody else writes: what was dropped meanwhile must not be written after it.
    pub(super) fn save(&self, records: impl FnOnce() -> Vec<Record>) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.write(records());
        let mut trouble = self.trouble();
        trouble.is_anew |= written.is_ok();
        (trouble.left_out, trouble.unwritten) = match written {
            Ok(left_out) => (left_out, None),
            Err(why) => (0, Some(why)),
        };
    }

    /// Nobody waits any longer for what is being written.
    pub(super) fn hangs(&self) {
        let path = Plain(self.path.display());
        let why = format!("{path}: it could not be written in time; its mount may hang");
        self.trouble().unwritten = Some(why);
    }

    /// What a person has to know of the file. What could not be read and is written over is told one time more.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut trouble = self.trouble();
        let unread = match trouble.is_anew {
            false => {
                trouble.unread.as_ref().map(|why| format!("earlier answers cannot be read: {why}"))
            }
            true => trouble.unread.take().map(|why| {
                format!("earlier answers could not be read: {why}; the file was written anew")
            }),
        };
        let unwritten = trouble.unwritten.as_ref();
        let unwritten = unwritten.map(|why| format!("earlier answers cannot be kept: {why}"));
        let left_out = (trouble.left_out > 0).then(|| {
            let (path, count) = (Plain(self.path.display()), trouble.left_out);
            format!(
                "of earlier answers the oldest {count} are not kept: {path}: it would be too large"
            )
        });
        unread.into_iter().chain(unwritten).chain(left_out).collect()
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<Vec<Record>, Failure> {
        let sealed = match read_file(&self.path, FILE_CAP) {
            Ok(sealed) => sealed,
            Err(failure) if failure.kind == FailureKind::NotFound => return Ok(Vec::new()),
            Err(failure) => return Err(failure),
        };
        let placed = |failure: Failure| failure.in_file(self.path.as_path().into(), NOWHERE);
        let plain = decrypt_file(&sealed, std::slice::from_ref(&self.identity)).map_err(placed)?;
        let other = "it is not what this version of config-core keeps";
        let damaged = || placed(Failure::new(FailureKind::Malformed, other));
        let text = std::str::from_utf8(&plain).map_err(|_| damaged())?;
        let document = json::parse(text).map_err(|_| damaged())?;
        if text_of(document.entry("format")) != Some(FORMAT) {
            return Err(damaged());
        }
        let Some(Value::List(entries)) = document.entry("entries").map(|node| &node.value) else {
            return Err(damaged());
        };
        entries.iter().map(|entry| record(entry).ok_or_else(damaged)).collect()
    }

    /// How many there was no room for.
    fn write(&self, mut records: Vec<Record>) -> Result<usize, String> {
        records.sort_by_key(|record| std::cmp::Reverse(record.at));
        let (plain, left_out) = plain(&records, MOST);
        let sealed = encrypt_file(&plain, &self.identity.recipients());
        let sealed = sealed.map_err(|failure| failure.to_string())?;
        replace(&self.path, &sealed).map_err(|error| not_written(&error, &self.path))?;
        Ok(left_out)
    }
}

/// As many of the records, from the first on, as there is room for, and how many there is none for.
fn plain(records: &[Record], room: usize) -> (Zeroizing<Vec<u8>>, usize) {
    let nodes = || records.iter().map(node);
    let text = |entries: Vec<Node>| {
        let list = Node::new(Value::List(entries), NOWHERE);
        Body::new().text("format", FORMAT).node("entries", &list).finish()
    };
    let whole = text(nodes().collect());
    if whole.len() <= room {
        return (whole, 0);
    }
    let mut left = room.saturating_sub(text(Vec::new()).len());
    let fitting: Vec<Node> = nodes()
        .filter(|node| {
            let length = Body::new().node("", node).finish().len();
            let rest = left.checked_sub(length);
            left = rest.unwrap_or(left);
            rest.is_some()
        })
        .collect();
    let left_out = records.len() - fitting.len();
    (text(fitting), left_out)
}

#[cfg(test)]
mod tests;
