//! TOML. The grammar is that of `toml_parser`, which hands out places in the text and copies nothing; what the tables
//! mean, and which of them may stand again, is decided here.

use std::fmt::Write;

use toml_parser::decoder::{IntegerRadix, ScalarKind, StringBuilder};
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Raw, Source};

use self::tables::{Path, Table};
use super::{DEPTH, Places, SyntaxError, json, without_mark};
use crate::value::{Node, Position, Text, TextBuilder, Value, exact};

mod datetime;
mod tables;

/// Reads a whole document.
///
/// # Errors
/// The first place where it is not TOML, where something is defined twice, or where it nests too deep.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let text = without_mark(text);
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut first = First::default();
    let mut checked = ValidateWhitespace::new(&mut events, source);
    let mut bounded = RecursionGuard::new(&mut checked, DEPTH as u32);
    parse_document(&tokens, &mut bounded, &mut first);
    let mut places = Places::new(text);
    first.into_result(&mut places)?;
    events.retain(|event| {
        !matches!(event.kind(), EventKind::Whitespace | EventKind::Comment | EventKind::Newline)
    });
    Reader { source, events: &events, next: 0, places }.document()
}

/// The first thing that is wrong: of all that the parser reports, what stands first in the text.
#[derive(Default)]
struct First(Option<(usize, String)>);

/// The events of a document that is known to be well formed.
struct Reader<'t> {
    source: Source<'t>,
    events: &'t [Event],
    next: usize,
    places: Places<'t>,
}

impl Reader<'_> {
    fn document(mut self) -> Result<Node, SyntaxError> {
        let mut root = Table::new(Position::START);
        self.entries(&mut root, 0)?;
        while let Some(header) = self.peek() {
            let at = self.place(header);
            self.next += 1;
            let path = self.path()?;
            let list = header.kind() == EventKind::ArrayTableOpen;
            self.expect(if list { EventKind::ArrayTableClose } else { EventKind::StdTableClose })?;
            bounded(path.depth(), at)?;
            let depth = path.depth();
            let table = if list { root.append(path, at)? } else { root.open(path, at)? };
            self.entries(table, depth)?;
        }
        Ok(root.finish())
    }

    /// Keys with their values, up to what is something else.
    fn entries(&mut self, table: &mut Table, depth: usize) -> Result<(), SyntaxError> {
        while let Some(event) = self.peek().filter(|event| event.kind() == EventKind::SimpleKey) {
            let at = self.place(event);
            let path = self.path()?;
            self.expect(EventKind::KeyValSep)?;
            let depth = depth + path.depth();
            bounded(depth, at)?;
            let value = self.value(depth)?;
            table.insert(path, value)?;
            if self.peek().is_some_and(|event| event.kind() == EventKind::ValueSep) {
                self.next += 1;
            }
        }
        Ok(())
    }

    fn path(&mut self) -> Result<Path, SyntaxError> {
        let mut path = Path::default();
        loop {
            let event = self.expect(EventKind::SimpleKey)?;
            let at = self.place(event);
            let (name, _) = self.decode(event, |raw, text, errors| raw.decode_key(text, errors))?;
            path.push(name, at);
            if self.peek().is_none_or(|event| event.kind() != EventKind::KeySep) {
                return Ok(path);
            }
            self.next += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        let Some(event) = self.peek() else { return Err(self.broken()) };
        let at = self.place(event);
        self.next += 1;
        match event.kind() {
            EventKind::Scalar => Ok(Node::new(self.scalar(event, at)?, at)),
            EventKind::ArrayOpen => {
                bounded(depth + 1, at)?;
                let mut items = Vec::new();
                while self.peek().is_some_and(|event| event.kind() != EventKind::ArrayClose) {
                    items.push(self.value(depth + 1)?);
                    if self.peek().is_some_and(|event| event.kind() == EventKind::ValueSep) {
                        self.next += 1;
                    }
                }
                self.expect(EventKind::ArrayClose)?;
                Ok(Node::new(Value::List(items), at))
            }
            EventKind::InlineTableOpen => {
                let mut table = Table::new(at);
                self.entries(&mut table, depth + 1)?;
                self.expect(EventKind::InlineTableClose)?;
                Ok(table.finish())
            }
            _ => Err(self.broken()),
        }
    }

    fn scalar(&mut self, event: Event, at: Position) -> Result<Value, SyntaxError> {
        if event.span().is_empty() {
            return Err(SyntaxError::new(at, "a value must follow `=`"));
        }
        let written = event.span().end() - event.span().start();
        let (text, kind) =
            self.decode(event, |raw, text, errors| raw.decode_scalar(text, errors))?;
        let is_plain = text.len() == written;
        match kind {
            ScalarKind::String => Ok(Value::Text(text)),
            ScalarKind::Boolean(value) => Ok(Value::Bool(value)),
            ScalarKind::DateTime if datetime::is_valid(&text) => Ok(Value::Text(text)),
            ScalarKind::DateTime => Err(SyntaxError::new(at, "no such date or time")),
            ScalarKind::Float | ScalarKind::Integer(IntegerRadix::Dec) => {
                decimal(text, is_plain, at)
            }
            ScalarKind::Integer(radix) => in_radix(&text, radix.value(), at),
        }
    }

    /// Decodes one key or scalar into a buffer that has room for all of it.
    fn decode<T>(
        &mut self,
        event: Event,
        decode: impl FnOnce(&Raw<'_>, &mut Buffer, &mut First) -> T,
    ) -> Result<(Text, T), SyntaxError> {
        let span = event.span();
        let text = self.source.input().get(span.start()..span.end());
        let text = text.ok_or_else(|| self.broken())?;
        let mut buffer = Buffer::with_capacity(text.len());
        let mut first = First::default();
        let kind =
            decode(&Raw::new_unchecked(text, event.encoding(), span), &mut buffer, &mut first);
        first.into_result(&mut self.places)?;
        Ok((buffer.text.finish(), kind))
    }

    fn peek(&self) -> Option<Event> {
        self.events.get(self.next).copied()
    }

    fn expect(&mut self, kind: EventKind) -> Result<Event, SyntaxError> {
        match self.peek() {
            Some(event) if event.kind() == kind => {
                self.next += 1;
                Ok(event)
            }
            _ => Err(self.broken()),
        }
    }

    fn place(&mut self, event: Event) -> Position {
        self.places.at(event.span().start())
    }

    /// For events in an order that the parser never gives without an error of its own.
    fn broken(&mut self) -> SyntaxError {
        let offset = self.peek().map_or(self.source.input().len(), |event| event.span().start());
        SyntaxError::new(self.places.at(offset), "is not TOML")
    }
}

/// The parser lets some digits through that make no number.
fn decimal(text: Text, is_plain: bool, at: Position) -> Result<Value, SyntaxError> {
    let is_plain = is_plain && !text.starts_with('+');
    let digits = text.strip_prefix('+').map(exact).unwrap_or(text);
    match json::is_number(&digits) || matches!(digits.trim_start_matches('-'), "inf" | "nan") {
        true if is_plain => Ok(Value::Number(digits)),
        true => Ok(Value::Notation(digits)),
        false => Err(SyntaxError::new(at, "no such number")),
    }
}

fn in_radix(text: &str, radix: u32, at: Position) -> Result<Value, SyntaxError> {
    if text.is_empty() || !text.chars().all(|digit| digit.is_digit(radix)) {
        return Err(SyntaxError::new(at, "no such number"));
    }
    match u128::from_str_radix(text, radix) {
        Ok(number) => Ok(Value::Notation(super::decimal(number))),
        Err(_) => Err(SyntaxError::new(at, "the number is too large")),
    }
}

fn bounded(depth: usize, at: Position) -> Result<(), SyntaxError> {
    if depth > DEPTH { Err(SyntaxError::too_deep(at)) } else { Ok(()) }
}

impl First {
    fn into_result(self, places: &mut Places<'_>) -> Result<(), SyntaxError> {
        match self.0 {
            None => Ok(()),
            Some((offset, message)) => Err(SyntaxError::new(places.at(offset), message)),
        }
    }
}

impl ErrorSink for First {
    fn report_error(&mut self, error: ParseError) {
        let offset = error.unexpected().or(error.context()).map_or(0, |span| span.start());
        if self.0.as_ref().is_some_and(|(first, _)| *first <= offset) {
            return;
        }
        let mut message = error.description().to_owned();
        let says_what = message.contains(" must ");
        let expected = error.expected().filter(|_| !says_what).unwrap_or_default();
        for (index, expected) in expected.iter().enumerate() {
            message.push_str(if index == 0 { "; expected " } else { " or " });
            let _ = match expected {
                Expected::Literal("\n") => write!(message, "the end of the line"),
                Expected::Literal(literal) => write!(message, "`{literal}`"),
                Expected::Description(words) => write!(message, "{words}"),
                _ => Ok(()),
            };
        }
        self.0 = Some((offset, message));
    }
}

/// Where the parser puts the text of a key or scalar that it decodes.
struct Buffer {
    text: TextBuilder,
    capacity: usize,
}

impl Buffer {
    fn with_capacity(capacity: usize) -> Self {
        Self { text: TextBuilder::with_capacity(capacity), capacity }
    }
}

impl<'t> StringBuilder<'t> for Buffer {
    fn clear(&mut self) {
        if !self.text.as_str().is_empty() {
            self.text = TextBuilder::with_capacity(self.capacity);
        }
    }

    fn push_str(&mut self, more: &'t str) -> bool {
        self.text.push_str(more);
        true
    }

    fn push_char(&mut self, character: char) -> bool {
        self.text.push(character);
        true
    }
}

#[cfg(test)]
mod tests;
