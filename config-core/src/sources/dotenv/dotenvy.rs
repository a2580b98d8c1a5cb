//! The dialect of the crate `dotenvy`, read by that crate, for those who migrate.

use std::cell::Cell;
use std::io::{self, Read};

use ::dotenvy::Error;
use zeroize::{Zeroize, Zeroizing};

use super::parser::{Entry, SyntaxError, Written, is_blank};
use crate::sources::read::saturated;
use crate::value::{Position, Text, TextBuilder, exact};

/// The pairs of a text, and the text of all keys that they refer to.
pub(super) fn scan(text: &str) -> Result<(Text, Vec<Entry>), SyntaxError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let read = Cell::new(0);
    let pairs = ::dotenvy::from_read_iter(Lines { rest: text.as_bytes(), read: &read });
    let mut place = Place { lines: text.lines(), line: 0 };
    let mut keys = TextBuilder::with_capacity(text.len());
    let mut entries = Vec::new();
    for pair in pairs {
        let (line_at, line) = place.next_pair();
        let (key, value) = pair.map_err(|error| rewritten(error, line_at))?;
        place.pass_to(read.get());
        let start = keys.as_str().len();
        keys.push_str(&key);
        let (key_at, value_at) = places(line_at, line, &key);
        let value = Zeroizing::new(value);
        let value = Written::Made(exact(&value));
        entries.push(Entry { key: start..start + key.len(), key_at, value, value_at });
    }
    Ok((keys.finish(), entries))
}

/// Hands out one line at a time, so that it is known how many were needed.
struct Lines<'a> {
    rest: &'a [u8],
    read: &'a Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line =
            self.rest.iter().position(|byte| *byte == b'\n').map_or(self.rest.len(), |end| end + 1);
        let length = line.min(buffer.len());
        let (now, later) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.rest = later;
        self.read.set(self.read.get() + usize::from(now.ends_with(b"\n")));
        Ok(length)
    }
}

/// Follows on which line the next pair begins.
struct Place<'a> {
    lines: std::str::Lines<'a>,
    line: usize,
}

impl<'a> Place<'a> {
    /// The next line that is neither blank nor a comment.
    fn next_pair(&mut self) -> (Position, &'a str) {
        for line in self.lines.by_ref() {
            self.line += 1;
            let trimmed = line.trim_start();
            if !trimmed.is_empty() && !trimmed.starts_with('#') {
                let column = line[..line.len() - trimmed.len()].chars().count() + 1;
                return (
                    Position { line: saturated(self.line), column: saturated(column) },
                    trimmed,
                );
            }
        }
        (Position { line: saturated(self.line), column: 0 }, "")
    }

    /// Passes the further lines of a value.
    fn pass_to(&mut self, line: usize) {
        while self.line < line && self.lines.next().is_some() {
            self.line += 1;
        }
    }
}

/// The places of a key and of its value in the first line of the pair.
fn places(at: Position, line: &str, key: &str) -> (Position, Position) {
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(is_blank));
    let skipped = exported.map_or(0, |rest| line.len() - rest.len());
    let Some(key_start) = line[skipped..].find(key).map(|at| skipped + at) else {
        return (at, Position { column: 0, ..at });
    };
    let place = |offset: usize| Position {
        column: at.column.saturating_add(saturated(line[..offset].chars().count())),
        ..at
    };
    let after_key = &line[key_start + key.len()..];
    let value = after_key
        .trim_start_matches(is_blank)
        .strip_prefix('=')
        .map(|rest| rest.trim_start_matches(is_blank));
    let value_start = value.map_or(key_start, |value| line.len() - value.len());
    (place(key_start), place(value_start))
}

/// The error without the line that `dotenvy` puts into it.
fn rewritten(error: Error, at: Position) -> SyntaxError {
    match error {
        Error::LineParse(mut line, _) => {
            line.zeroize();
            SyntaxError::new(at, "dotenvy cannot read this line")
        }
        _ => SyntaxError::new(at, "dotenvy cannot read this file"),
    }
}
