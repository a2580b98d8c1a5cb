//! Putting a file in the place of another.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::origin::Plain;

/// How old a file is that a process left which was killed while it wrote.
const LEFT: Duration = Duration::from_secs(24 * 3600);

/// Puts a file in the place of another at once: whoever reads finds the old one or the new one, also after a crash. A link
/// is replaced, and what it leads to is left alone.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let (mut file, temporary) = create(path)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&temporary, path))
        .and_then(|()| sync(directory(path)));
    if written.is_err() {
        drop(std::fs::remove_file(&temporary));
    }
    written
}

/// A new file beside that one which nobody else may read, under a name that nobody else can know or has: process ids are
/// not enough, as containers that share a directory have the same ones.
fn create(path: &Path) -> io::Result<(File, PathBuf)> {
    const TRIES: usize = 8;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut tries = 0;
    loop {
        let number = std::hash::RandomState::new().build_hasher().finish();
        let mut name = begin(path);
        name.push(format!("{number:016x}{END}"));
        let temporary = directory(path).join(name);
        tries += 1;
        match options.open(&temporary) {
            Ok(file) => return Ok((file, temporary)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes what processes left that were killed long ago while they wrote.
pub(super) fn clean(path: &Path) {
    let begin = begin(path);
    let Ok(entries) = std::fs::read_dir(directory(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let number = name.as_encoded_bytes().strip_prefix(begin.as_encoded_bytes());
        let number = number.and_then(|rest| rest.strip_suffix(END.as_bytes()));
        let is_one = |number: &[u8]| number.len() == 16 && number.iter().all(u8::is_ascii_hexdigit);
        let changed = || entry.metadata().ok()?.modified().ok();
        if number.is_some_and(is_one)
            && changed()
                .is_some_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > LEFT))
        {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

const END: &str = ".tmp";

/// What the names of temporary files beside that one begin with.
fn begin(path: &Path) -> OsString {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name
}

/// Where it could not be written, and why.
pub(super) fn not_written(error: &io::Error, path: &Path) -> String {
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

#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
const fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
