//! Reads a whole file into one buffer that is wiped, and says exactly why where it cannot.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::mem;
use std::path::Path;

use zeroize::Zeroizing;

use crate::source::{Failure, FailureKind};
use crate::value::{Position, Text};

/// The most that one file may hold, unless told otherwise.
pub(crate) const FILE_CAP: u64 = 16 * 1024 * 1024;

/// A first buffer for what has no size beforehand, such as a named pipe.
const CHUNK: usize = 8 * 1024;

/// Reads a file or a named pipe. Nothing is read past the cap, and no buffer is left behind unwiped.
pub(crate) fn read_file(path: &Path, cap_bytes: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
    read_open(open(path)?, path, cap_bytes)
}

fn open(path: &Path) -> Result<File, Failure> {
    let failed = |error: &std::io::Error| {
        // Where a directory cannot even be opened, the system calls it denied.
        if error.kind() == ErrorKind::PermissionDenied && path.is_dir() {
            return Failure::io(&ErrorKind::IsADirectory.into(), path.into());
        }
        Failure::io(error, path.into())
    };
    File::open(path).map_err(|error| failed(&error))
}

/// Reads what was opened already; the path is for what is said of it.
pub(crate) fn read_open(
    mut file: File,
    path: &Path,
    cap_bytes: u64,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: &std::io::Error| Failure::io(error, path.into());
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if metadata.is_dir() {
        return Err(failed(&ErrorKind::IsADirectory.into()));
    }
    if metadata.len() > cap_bytes {
        return Err(too_large(path, Some(metadata.len()), cap_bytes));
    }
    // One byte more than it holds, so that the end shows without growing.
    let expected = if metadata.is_file() {
        usize::try_from(metadata.len()).unwrap_or(CHUNK) + 1
    } else {
        CHUNK
    };
    let bytes = read_to_end(&mut file, expected, cap_bytes).map_err(|error| failed(&error))?;
    bytes.ok_or_else(|| too_large(path, None, cap_bytes))
}

/// Why there is nothing at a path: of one that was written as a relative path also where it was looked for.
pub(crate) fn nothing_at(path: &Path, written: &Path, why: Cow<'static, str>) -> Cow<'static, str> {
    match std::path::absolute(path) {
        Ok(whole) if written.is_relative() => format!("{why}: {}", whole.display()).into(),
        _ => why,
    }
}

/// Reads a file that has to be text.
#[cfg(any(
    test,
    feature = "age",
    feature = "azure",
    feature = "gcp",
    feature = "miette",
    feature = "vault"
))]
pub(crate) fn read_text(path: &Path, cap_bytes: u64) -> Result<Text, Failure> {
    text_of(read_file(path, cap_bytes)?, path)
}

/// Reads a file once it was judged by what it is when open.
#[cfg(all(unix, feature = "dotenv"))]
pub(crate) fn read_file_if(
    path: &Path,
    cap_bytes: u64,
    admits: impl FnOnce(&File) -> Result<(), Failure>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let file = open(path)?;
    admits(&file)?;
    read_open(file, path, cap_bytes)
}

/// What a file holds, which has to be text.
pub(crate) fn text_of(bytes: Zeroizing<Vec<u8>>, path: &Path) -> Result<Text, Failure> {
    into_text(bytes).map_err(|(message, at)| {
        Failure::new(FailureKind::Malformed, message)
            .in_file(path.into(), at)
            .hint("save the file as UTF-8")
    })
}

/// The bytes as text, in the same buffer; else what is wrong with them, and where.
pub(crate) fn into_text(mut bytes: Zeroizing<Vec<u8>>) -> Result<Text, (&'static str, Position)> {
    let wrong = match String::from_utf8(mem::take(&mut *bytes)) {
        Ok(text) => return Ok(Zeroizing::new(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            *bytes = error.into_bytes();
            valid
        }
    };
    Err(not_utf8(&bytes, wrong))
}

/// What to say of bytes that stop being UTF-8 at an offset.
pub(crate) fn not_utf8(bytes: &[u8], valid_up_to: usize) -> (&'static str, Position) {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return ("is UTF-16, not UTF-8", Position::START);
    }
    let valid = std::str::from_utf8(&bytes[..valid_up_to]).unwrap_or_default();
    ("is not UTF-8", position_after(valid))
}

/// The place right after a text that begins a file. Lines end in LF, CRLF or CR; a byte order mark has no column.
pub(crate) fn position_after(text: &str) -> Position {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let bytes = text.as_bytes();
    let mut lines = 1;
    let mut line_start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            lines += 1;
            line_start = at + 1;
        }
    }
    Position { line: saturated(lines), column: saturated(text[line_start..].chars().count() + 1) }
}

/// A count as a line or a column.
pub(crate) fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether users other than the owner may do anything with a file.
#[cfg(unix)]
pub(crate) fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    fs::metadata(path).is_ok_and(|metadata| {
        let kind = metadata.file_type();
        (kind.is_file() || kind.is_fifo()) && metadata.permissions().mode() & 0o077 != 0
    })
}

/// Whether users other than the owner may do anything with a file; not told here.
#[cfg(not(unix))]
pub(crate) fn is_readable_by_others(_path: &Path) -> bool {
    false
}

/// All bytes up to the end; none where there are more than the cap.
fn read_to_end(
    file: &mut impl Read,
    expected: usize,
    cap_bytes: u64,
) -> Result<Option<Zeroizing<Vec<u8>>>, std::io::Error> {
    let cap = usize::try_from(cap_bytes).unwrap_or(usize::MAX);
    let mut buffer = Zeroizing::new(vec![0; expected.max(1)]);
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            let mut larger = Zeroizing::new(vec![0; buffer.len().saturating_mul(2)]);
            larger[..filled].copy_from_slice(&buffer);
            buffer = larger;
        }
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if filled > cap {
            return Ok(None);
        }
    }
    buffer.truncate(filled);
    Ok(Some(buffer))
}

fn too_large(path: &Path, size: Option<u64>, cap: u64) -> Failure {
    let message = match size {
        Some(size) => format!("is {size} bytes long; the limit is {cap} bytes"),
        None => format!("is longer than the limit of {cap} bytes"),
    };
    Failure::new(FailureKind::Malformed, message).in_file(path.into(), Position::default())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{FILE_CAP, into_text, position_after, read_file, read_text, read_to_end};
    use crate::source::FailureKind;
    use crate::value::Position;

    /// Gives a byte at a time, and is interrupted before each.
    struct Slow(Vec<u8>, bool);

    impl std::io::Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            let (Some(first), Some(byte)) = (buffer.first_mut(), self.0.pop()) else {
                return Ok(0);
            };
            *first = byte;
            Ok(1)
        }
    }

    #[test]
    fn a_file_is_read_whole() {
        let directory = tempfile::tempdir().unwrap();
        for size in [0, 1, 8191, 8192, 8193, 100_000] {
            let path = directory.path().join("file");
            let content: Vec<u8> = (0..size).map(|at: u32| at.to_le_bytes()[0]).collect();
            fs::write(&path, &content).unwrap();
            assert!(*read_file(&path, FILE_CAP).unwrap() == content, "{size}");
        }
    }

    #[test]
    fn what_comes_in_pieces_is_put_together() {
        for expected in [0, 1, 3, 100] {
            let mut file = Slow((0..50).rev().collect(), false);
            let bytes = read_to_end(&mut file, expected, 50).unwrap().unwrap();
            assert!(bytes.iter().copied().eq(0..50), "{expected}");
        }
    }

    #[test]
    fn a_file_over_the_cap_is_malformed_and_both_sizes_are_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert!(read_file(&path, 5).is_ok());
        let failure = read_file(&path, 4).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Malformed);
        assert_eq!(
            failure.to_string(),
            format!("{}: is 5 bytes long; the limit is 4 bytes", path.display())
        );
        assert!(read_to_end(&mut Slow(vec![0; 5], false), 1, 4).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_malformed() {
        let failure = read_file("/dev/zero".as_ref(), 100_000).unwrap_err();
        assert_eq!(failure.to_string(), "/dev/zero: is longer than the limit of 100000 bytes");
    }

    #[test]
    fn missing_denied_and_a_directory_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let failure = |name: &str| read_file(&directory.path().join(name), FILE_CAP).unwrap_err();
        assert_eq!(failure("none").kind(), FailureKind::NotFound);
        assert_eq!(failure("").kind(), FailureKind::Malformed);
        assert!(failure("").to_string().ends_with(": is a directory, not a file"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = directory.path().join("denied");
            fs::write(&path, "x").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
            if fs::read(&path).is_err() {
                assert_eq!(failure("denied").kind(), FailureKind::Denied);
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_malformed_where_it_begins() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, b"a\r\n\xC3\xA9b\xFF").unwrap();
        let failure = read_text(&path, FILE_CAP).unwrap_err();
        assert_eq!(
            failure.to_string(),
            format!("{}, line 2, column 3: is not UTF-8", path.display())
        );
    }

    #[test]
    fn bytes_become_text_in_the_same_buffer() {
        let bytes = zeroize::Zeroizing::new(b"text".to_vec());
        let place = bytes.as_ptr();
        assert_eq!(into_text(bytes).unwrap().as_ptr(), place);
    }

    #[test]
    fn places_count_lines_of_any_sort_and_characters() {
        let place = |text| {
            let Position { line, column } = position_after(text);
            (line, column)
        };
        assert_eq!(place(""), (1, 1));
        assert_eq!(place("\u{feff}é"), (1, 2));
        assert_eq!(place("a\nb\r\nc\rdé"), (4, 3));
        assert_eq!(place("a\r\r\n\n"), (4, 1));
    }
}
