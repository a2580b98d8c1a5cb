//! What is kept beyond the end of the process: one file, encrypted with age, written anew whenever something was read.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::body::Body;
use super::encode::{base64, from_base64};
use super::{Blob, Read};
use crate::age::{Identity, decrypt_file, encrypt_file};
use crate::document::json;
use crate::origin::Plain;
use crate::source::{Failure, FailureKind};
use crate::sources::read::{FILE_CAP, read_file};
use crate::value::{Node, Position, Value};

/// The form of the file; another one is not read.
const FORMAT: &str = "config-core-cache/1";

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
}

/// One secret as it is kept.
pub(super) struct Record {
    pub(super) store: String,
    pub(super) read: Read,
    /// The secret, or why there was none.
    pub(super) kept: Result<Blob, String>,
    pub(super) at: SystemTime,
    pub(super) fields: BTreeSet<String>,
}

impl Disk {
    pub(super) fn new(path: PathBuf, identity: Identity) -> Self {
        Self { path, identity, writing: Mutex::default(), trouble: Mutex::default() }
    }

    /// What is kept; nothing where there is no file yet, or none that can be read, which is remembered.
    pub(super) fn load(&self) -> Vec<Record> {
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

    /// Writes all that is to be kept. A file that cannot be written is no reason to fail a load, and is remembered.
    pub(super) fn save(&self, records: &[Record]) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.write(records);
        let mut trouble = self.trouble();
        trouble.is_anew |= written.is_ok();
        trouble.unwritten = written.err();
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
        unread.into_iter().chain(unwritten).collect()
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

    fn write(&self, records: &[Record]) -> Result<(), String> {
        let entries: Vec<Node> = records.iter().map(node).collect();
        let list = Node::new(Value::List(entries), NOWHERE);
        let plain = Body::new().text("format", FORMAT).node("entries", &list).finish();
        let sealed = encrypt_file(&plain, &self.identity.recipients());
        let sealed = sealed.map_err(|failure| failure.to_string())?;
        replace(&self.path, &sealed).map_err(|error| not_written(&error, &self.path))
    }
}

const NOWHERE: Position = Position { line: 0, column: 0 };

/// One record as JSON.
fn node(record: &Record) -> Node {
    let seconds = record.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let fields = record.fields.iter().map(|field| Node::text(field.as_str()));
    let mut entries: Vec<(&str, Node)> = vec![
        ("store", Node::text(record.store.as_str())),
        ("place", Node::text(record.read.place.as_str())),
        ("at", Node::new(Value::Number(Zeroizing::new(seconds.to_string())), NOWHERE)),
        ("fields", Node::new(Value::List(fields.collect()), NOWHERE)),
    ];
    let number = record.kept.as_ref().ok().and_then(|blob| blob.version.as_ref());
    for (name, text) in [("version", record.read.version.as_ref()), ("number", number)] {
        entries.extend(text.map(|text| (name, Node::text(text.as_str()))));
    }
    entries.push(match record.kept.as_ref().map(|blob| &blob.node) {
        Ok(Node { value: Value::Bytes(bytes), .. }) => {
            ("bytes", Node::new(Value::Text(base64(bytes)), NOWHERE))
        }
        Ok(node) => ("value", node.clone()),
        Err(why) => ("absent", Node::text(why.as_str())),
    });
    let entries = entries.into_iter().map(|(name, node)| (Zeroizing::new(name.to_owned()), node));
    Node::new(Value::Map(entries.collect()), NOWHERE)
}

/// A record of its JSON; none where it is not one.
fn record(entry: &Node) -> Option<Record> {
    let owned = |name| text_of(entry.entry(name)).map(str::to_owned);
    let Value::Number(seconds) = &entry.entry("at")?.value else { return None };
    let Value::List(fields) = &entry.entry("fields")?.value else { return None };
    let of = |node| Blob { version: owned("number"), ..Blob::new(node) };
    let text = |name| text_of(entry.entry(name));
    let kept = match (entry.entry("value"), text("bytes"), text("absent")) {
        (Some(value), None, None) => Ok(of(value.clone())),
        (None, Some(bytes), None) => Ok(of(Node::new(Value::Bytes(from_base64(bytes)?), NOWHERE))),
        (None, None, Some(why)) => Err(why.to_owned()),
        _ => return None,
    };
    Some(Record {
        store: owned("store")?,
        read: Read { place: owned("place")?, version: owned("version") },
        kept,
        at: UNIX_EPOCH.checked_add(Duration::from_secs(seconds.parse().ok()?))?,
        fields: fields
            .iter()
            .map(|field| text_of(Some(field)).map(str::to_owned))
            .collect::<Option<_>>()?,
    })
}

fn text_of(node: Option<&Node>) -> Option<&str> {
    match &node?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Where it could not be written, and why.
fn not_written(error: &io::Error, path: &Path) -> String {
    let why = match error.kind() {
        ErrorKind::NotFound => {
            return format!("{}: no such directory", Plain(directory(path).display()));
        }
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "no room is left for it",
        ErrorKind::ReadOnlyFilesystem => "nothing can be written there",
        ErrorKind::IsADirectory => "it is a directory",
        _ => "the operating system could not write it",
    };
    format!("{}: {why}", Plain(path.display()))
}

/// The directory that a file is in.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts a file in the place of another at once: whoever reads finds the old one or the new one, also after a crash.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = directory(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = directory.join(name);
    let written = write_private(&temporary, content)
        .and_then(|()| std::fs::rename(&temporary, path))
        .and_then(|()| sync(directory));
    if written.is_err() {
        drop(std::fs::remove_file(&temporary));
    }
    written
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
const fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
