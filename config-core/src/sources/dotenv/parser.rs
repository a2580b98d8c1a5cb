//! The dialect: finds the pairs of a `.env` file in one pass, without copying any of it.

use std::fmt;
use std::ops::Range;

use crate::sources::read::saturated;
use crate::value::{Position, Text};

/// Where one pair stands in the text.
pub(super) struct Entry {
    /// The key, as a part of the text.
    pub(super) key: Range<usize>,
    pub(super) key_at: Position,
    pub(super) value: Written,
    pub(super) value_at: Position,
}

/// How a value is written.
pub(super) enum Written {
    /// As it stands, without quotes.
    Plain(Range<usize>),
    /// In single quotes; the part between them.
    Single(Range<usize>),
    /// In double quotes; the part between them.
    Double(Range<usize>),
    /// Not as it stands in the text.
    Made(Text),
}

/// What is wrong with a `.env` file, and where. It never quotes the file.
///
/// ```
/// let error = config_core::dotenv::parse(b"A=1\nPORT 8080\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 2, column 6: expected `=` after the key");
/// assert_eq!(error.position().line, 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyntaxError {
    at: Position,
    message: &'static str,
}

impl SyntaxError {
    pub(super) const fn new(at: Position, message: &'static str) -> Self {
        Self { at, message }
    }

    /// Where it is.
    ///
    /// ```
    /// let error = config_core::dotenv::parse(b"A='b").unwrap_err();
    /// assert_eq!(error.position().column, 3);
    /// ```
    #[must_use]
    pub const fn position(&self) -> Position {
        self.at
    }

    /// What is wrong, without the place.
    ///
    /// ```
    /// let error = config_core::dotenv::parse(b"A='b").unwrap_err();
    /// assert_eq!(error.message(), "this single quote is never closed");
    /// ```
    #[must_use]
    pub const fn message(&self) -> &'static str {
        self.message
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}

impl std::error::Error for SyntaxError {}

/// Every pair of a text, in order.
pub(super) fn scan(text: &str) -> Result<Vec<Entry>, SyntaxError> {
    let mut scanner = Scanner::new(text);
    let mut entries = Vec::new();
    while let Some(entry) = scanner.entry()? {
        entries.push(entry);
    }
    Ok(entries)
}

/// White space inside a line.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\n' | '\r')
}

/// Whether a text can stand as a key.
pub(super) fn is_key(text: &str) -> bool {
    text.bytes().next().is_some_and(begins_key) && text.bytes().all(continues_key)
}

pub(super) const fn begins_key(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) const fn continues_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

const fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    line_start: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        Self { text, at: start, line: 1, line_start: start }
    }

    /// The next pair, past blank lines and comments.
    fn entry(&mut self) -> Result<Option<Entry>, SyntaxError> {
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Ok(None),
                Some(byte) if ends_line(byte) => self.pass_line_end(),
                Some(b'#') => self.at = self.line_end(),
                Some(_) => return self.pair().map(Some),
            }
        }
    }

    fn pair(&mut self) -> Result<Entry, SyntaxError> {
        self.skip_export();
        let key_at = self.position(self.at);
        let key = self.key()?;
        self.skip_blanks();
        if self.peek() != Some(b'=') {
            return Err(self.error("expected `=` after the key"));
        }
        self.at += 1;
        let after_sign = self.at;
        self.skip_blanks();
        match self.peek() {
            Some(quote @ (b'\'' | b'"')) => {
                let value_at = self.position(self.at);
                let value = self.quoted(quote, value_at)?;
                Ok(Entry { key, key_at, value, value_at })
            }
            _ => {
                let range = self.plain(after_sign);
                let value_at = self.position(range.start);
                Ok(Entry { key, key_at, value: Written::Plain(range), value_at })
            }
        }
    }

    /// `export ` in front of a key; where `=` follows, it is a key of that name.
    fn skip_export(&mut self) {
        let start = self.at;
        let Some(rest) = self.text[start..].strip_prefix("export") else { return };
        if !rest.starts_with(is_blank) {
            return;
        }
        self.at += "export".len();
        self.skip_blanks();
        if self.peek().is_none_or(|byte| byte == b'=' || ends_line(byte)) {
            self.at = start;
        }
    }

    fn key(&mut self) -> Result<Range<usize>, SyntaxError> {
        let start = self.at;
        match self.peek() {
            Some(byte) if begins_key(byte) => {}
            Some(b'=') => return Err(self.error("there is no key before `=`")),
            _ => return Err(self.error("a key must begin with a letter or `_`")),
        }
        self.at += self.rest().iter().take_while(|byte| continues_key(**byte)).count();
        let followed_well = match self.text[self.at..].chars().next() {
            None | Some('=') => true,
            Some(next) => next.is_whitespace(),
        };
        if !followed_well {
            return Err(self.error(
                "a key may hold only letters, digits, `_`, `.` and `-`, and `=` comes after it",
            ));
        }
        Ok(start..self.at)
    }

    /// A value without quotes: to the end of the line or to a `#` after white space, trimmed.
    fn plain(&mut self, after_sign: usize) -> Range<usize> {
        let start = self.at;
        let end = self.line_end();
        self.at = end;
        let comment = self.text[start..end]
            .match_indices('#')
            .map(|(at, _)| start + at)
            .find(|at| self.text[..*at].chars().next_back().is_some_and(is_blank));
        let value = self.text[start..comment.unwrap_or(end)].trim_end();
        if value.is_empty() { after_sign..after_sign } else { start..start + value.len() }
    }

    /// A value in quotes, which may span lines; then only blanks and a comment.
    fn quoted(&mut self, quote: u8, opened: Position) -> Result<Written, SyntaxError> {
        self.at += 1;
        let start = self.at;
        loop {
            let stop = |byte: &u8| *byte == quote || ends_line(*byte) || *byte == b'\\';
            let Some(skipped) = self.rest().iter().position(stop) else {
                return Err(SyntaxError::new(opened, unclosed(quote)));
            };
            self.at += skipped;
            match self.text.as_bytes()[self.at] {
                b'\\' => self.pass_backslash(),
                byte if byte == quote => break,
                _ => self.pass_line_end(),
            }
        }
        let range = start..self.at;
        self.at += 1;
        self.skip_blanks();
        match self.peek() {
            None => {}
            Some(b'#') => self.at = self.line_end(),
            Some(byte) if ends_line(byte) => {}
            Some(_) => {
                return Err(self.error("only blanks and a comment may follow the closing quote"));
            }
        }
        Ok(if quote == b'"' { Written::Double(range) } else { Written::Single(range) })
    }

    /// A backslash, and what it keeps from closing double quotes; in single quotes neither of the two closes anything.
    fn pass_backslash(&mut self) {
        let guards = matches!(self.rest().get(1), Some(b'"' | b'\\'));
        self.at += if guards { 2 } else { 1 };
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
    }

    /// Where this line ends.
    fn line_end(&self) -> usize {
        self.rest()
            .iter()
            .position(|byte| ends_line(*byte))
            .map_or(self.text.len(), |length| self.at + length)
    }

    fn pass_line_end(&mut self) {
        self.at += if self.rest().starts_with(b"\r\n") { 2 } else { 1 };
        self.line += 1;
        self.line_start = self.at;
    }

    /// The place of an offset in this line.
    fn position(&self, offset: usize) -> Position {
        let column = self.text[self.line_start..offset].chars().count() + 1;
        Position { line: saturated(self.line), column: saturated(column) }
    }

    fn error(&self, message: &'static str) -> SyntaxError {
        SyntaxError::new(self.position(self.at), message)
    }
}

const fn unclosed(quote: u8) -> &'static str {
    if quote == b'"' {
        "this double quote is never closed"
    } else {
        "this single quote is never closed"
    }
}
