//! JSON as RFC 8259 has it: nothing more is read, nothing less.

use super::{DEPTH, Places, SyntaxError, each_key_once, without_mark};
use crate::value::{Node, Position, Text, TextBuilder, Value, exact};

/// Reads a whole document.
///
/// # Errors
/// The first place where it is not JSON, where a key stands twice in one table, or where it nests too deep.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let text = without_mark(text);
    let mut parser = Parser::new(text);
    parser.blanks();
    if parser.peek().is_none() {
        return parser.fail("the document is empty");
    }
    let root = parser.value(0)?;
    parser.blanks();
    match parser.peek() {
        None => Ok(root),
        Some(_) => parser.fail("nothing may stand after the value"),
    }
}

/// Whether a text is a number as JSON writes them.
#[cfg(feature = "toml")]
pub(crate) fn is_number(text: &str) -> bool {
    let mut parser = Parser::new(text);
    parser.number().is_ok() && parser.offset == text.len()
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    offset: usize,
    places: Places<'t>,
}

impl<'t> Parser<'t> {
    const fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes(), offset: 0, places: Places::new(text) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        let at = self.here();
        let value = match self.peek() {
            Some(b'{' | b'[') if depth == DEPTH => return Err(SyntaxError::too_deep(at)),
            Some(b'{') => self.table(depth + 1)?,
            Some(b'[') => self.list(depth + 1)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return self.fail(self.expected("expected a value")),
        };
        Ok(Node::new(value, at))
    }

    fn table(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let mut entries: Vec<(Text, Node)> = Vec::new();
        let mut places: Vec<Position> = Vec::new();
        self.offset += 1;
        self.blanks();
        if self.eat(b'}') {
            return Ok(Value::Map(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                let after = if entries.is_empty() {
                    "expected a key in quotes or `}`"
                } else {
                    "a key must follow `,`"
                };
                return self.fail(self.expected(after));
            }
            places.push(self.here());
            let key = self.string()?;
            self.blanks();
            if !self.eat(b':') {
                return self.fail("expected `:`");
            }
            self.blanks();
            entries.push((key, self.value(depth)?));
            self.blanks();
            if self.eat(b'}') {
                each_key_once(&entries, &places)?;
                return Ok(Value::Map(entries));
            }
            if !self.eat(b',') {
                return self.fail("expected `,` or `}`");
            }
            self.blanks();
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        self.offset += 1;
        self.blanks();
        if self.eat(b']') {
            return Ok(Value::List(items));
        }
        loop {
            if !items.is_empty() && self.peek() == Some(b']') {
                return self.fail("a value must follow `,`");
            }
            items.push(self.value(depth)?);
            self.blanks();
            if self.eat(b']') {
                return Ok(Value::List(items));
            }
            if !self.eat(b',') {
                return self.fail("expected `,` or `]`");
            }
            self.blanks();
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, SyntaxError> {
        if !self.text[self.offset..].starts_with(word) {
            return self.fail("expected a value");
        }
        self.offset += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Text, SyntaxError> {
        let start = self.offset;
        self.eat(b'-');
        if self.eat(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.fail("a number must not begin with 0");
            }
        } else {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(exact(&self.text[start..self.offset]))
    }

    fn digits(&mut self) -> Result<(), SyntaxError> {
        let start = self.offset;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.offset += 1;
        }
        if start == self.offset { self.fail("expected a digit") } else { Ok(()) }
    }

    /// A text in quotes: first its end, so that the buffer has room for all of it, then its characters.
    fn string(&mut self) -> Result<Text, SyntaxError> {
        let opening = self.offset;
        let start = opening + 1;
        let mut escaped = false;
        let mut end = start;
        loop {
            match self.bytes.get(end) {
                None => return self.fail_at(opening, "the text is not closed"),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(0..=0x1F) => {
                    return self.fail_at(end, "a control character in a text must be escaped");
                }
                Some(_) => end += 1,
            }
        }
        self.offset = start;
        if !escaped {
            self.offset = end + 1;
            return Ok(exact(&self.text[start..end]));
        }
        let mut text = TextBuilder::with_capacity(end - start);
        while self.offset < end {
            let rest = &self.text[self.offset..end];
            let plain = rest.find('\\').unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.offset += plain;
            if self.offset < end {
                text.push(self.escape()?);
            }
        }
        self.offset = end + 1;
        Ok(text.finish())
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let start = self.offset;
        self.offset += 2;
        Ok(match self.bytes[start + 1] {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(start),
            _ => {
                return self.fail_at(
                    start,
                    "no such escape; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u",
                );
            }
        })
    }

    fn unicode(&mut self, start: usize) -> Result<char, SyntaxError> {
        const LONE: &str = "half of a surrogate pair is no character";
        let high = self.hex(start)?;
        let code = match high {
            0xD800..=0xDBFF => {
                if !self.bytes[self.offset..].starts_with(b"\\u") {
                    return self.fail_at(start, LONE);
                }
                self.offset += 2;
                match self.hex(start)? {
                    low @ 0xDC00..=0xDFFF => 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00),
                    _ => return self.fail_at(start, LONE),
                }
            }
            code => code,
        };
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => self.fail_at(start, LONE),
        }
    }

    fn hex(&mut self, start: usize) -> Result<u32, SyntaxError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return self.fail_at(start, "`\\u` needs four hex digits");
            };
            code = code * 16 + digit;
            self.offset += 1;
        }
        Ok(code)
    }

    /// What was expected, or what is known of the character that stands there instead.
    fn expected(&self, what: &'static str) -> &'static str {
        match self.peek() {
            Some(b'/' | b'#') => "JSON has no comments",
            Some(b'\'') => "a text stands in double quotes",
            _ => what,
        }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.offset += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        self.offset += usize::from(eaten);
        eaten
    }

    fn here(&mut self) -> Position {
        self.places.at(self.offset)
    }

    fn fail<T>(&mut self, message: &'static str) -> Result<T, SyntaxError> {
        self.fail_at(self.offset, message)
    }

    fn fail_at<T>(&mut self, offset: usize, message: &'static str) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(self.places.at(offset), message))
    }
}

#[cfg(test)]
mod tests;
