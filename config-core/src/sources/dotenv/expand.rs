//! `${NAME}` and `${NAME:-default}`, for those who ask for it.

use std::collections::HashMap;

use super::decode::{Piece, Pieces};
use super::file::value;
use super::parser::{Entry, SyntaxError, Written, begins_key, continues_key};
use crate::environment::Environment;
use crate::sources::read::{FILE_CAP, position_after};
use crate::sources::sealed::is_sealed;
use crate::value::{Text, TextBuilder};

/// Expands every value that is not in single quotes: from the pairs above it, then from the environment.
pub(super) fn expand(
    text: &str,
    entries: &mut [Entry],
    environment: &Environment,
) -> Result<(), SyntaxError> {
    let mut earlier = HashMap::new();
    // A few lines that double each other would fill the memory.
    let mut room = usize::try_from(FILE_CAP).unwrap_or(usize::MAX);
    for at in 0..entries.len() {
        let (above, rest) = entries.split_at_mut(at);
        let entry = &mut rest[0];
        let (range, escapes) = match &entry.value {
            Written::Plain(range) => (range.clone(), false),
            Written::Double(range) => (range.clone(), true),
            Written::Single(_) | Written::Made(_) => (0..0, false),
        };
        if text[range.clone()].contains("${") {
            let names = Names { text, above, earlier: &earlier, environment };
            let mut expansion = Expansion {
                names,
                start: range.start,
                made: TextBuilder::new(),
                open: Vec::new(),
                muted: None,
                room,
            };
            if escapes {
                Pieces::of(&text[range], true).try_for_each(|piece| expansion.piece(&piece))?;
            } else {
                expansion.piece(&Piece { text: &text[range], at: 0 })?;
            }
            room = expansion.room;
            entry.value = Written::Made(expansion.finish()?);
        }
        earlier.insert(&text[entry.key.clone()], at);
    }
    Ok(())
}

/// What a name may stand for.
struct Names<'a> {
    text: &'a str,
    above: &'a [Entry],
    earlier: &'a HashMap<&'a str, usize>,
    environment: &'a Environment,
}

/// One value while it is expanded.
struct Expansion<'a> {
    names: Names<'a>,
    /// Where the value begins in the text.
    start: usize,
    made: TextBuilder,
    /// Where each default that is not closed yet was opened.
    open: Vec<usize>,
    /// How many defaults were open when one began that is not needed.
    muted: Option<usize>,
    /// How much more all values together may grow to.
    room: usize,
}

impl Names<'_> {
    /// The text of a name; an empty one only where there is none better. An error where it is not text.
    fn find(&self, name: &str) -> Result<Option<Text>, &'static str> {
        let above = self.earlier.get(name).map(|at| value(self.text, &self.above[*at].value));
        if above.as_ref().is_some_and(|text| is_sealed(text)) {
            return Err("the value named here is encrypted, and is not put into another one");
        }
        if above.as_ref().is_some_and(|text| !text.is_empty()) {
            return Ok(above);
        }
        match self.environment.text(name) {
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err("the variable named here is not UTF-8"),
            None => Ok(above),
        }
    }
}

impl Expansion<'_> {
    /// An escape is a piece of its own, so that `\$` never stands in front of a `{` here.
    fn piece(&mut self, piece: &Piece<'_>) -> Result<(), SyntaxError> {
        let mut at = 0;
        while at < piece.text.len() {
            let rest = &piece.text[at..];
            let mark = self.next_mark(rest);
            self.push(&rest[..mark], piece.at + at)?;
            at += mark;
            at += match &rest[mark..] {
                "" => 0,
                closing if closing.starts_with('}') => self.close(),
                reference => self.reference(reference, piece.at + at)?,
            };
        }
        Ok(())
    }

    /// How far it is to the next `${`, or to the `}` of an open default, or to the end.
    fn next_mark(&self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let is_mark = |at: usize| match bytes[at] {
            b'$' => bytes.get(at + 1) == Some(&b'{'),
            b'}' => !self.open.is_empty(),
            _ => false,
        };
        (0..bytes.len()).find(|at| is_mark(*at)).unwrap_or(bytes.len())
    }

    /// `${NAME}` or the front of `${NAME:-default}`; how many bytes it takes.
    fn reference(&mut self, text: &str, at: usize) -> Result<usize, SyntaxError> {
        let inside = &text["${".len()..];
        let length = inside.bytes().take_while(|byte| continues_key(*byte)).count();
        let (name, rest) = inside.split_at(length);
        let has_default = rest.starts_with(":-");
        if !name.bytes().next().is_some_and(begins_key) || !(has_default || rest.starts_with('}')) {
            return Err(self.error(at, "only `${NAME}` and `${NAME:-default}` are expanded; single quotes keep a text as it is"));
        }
        let found = if self.muted.is_some() {
            None
        } else {
            self.names.find(name).map_err(|message| self.error(at, message))?
        };
        if has_default {
            self.open_default(found.filter(|text| !text.is_empty()), at)?;
            return Ok("${:-".len() + length);
        }
        match found {
            Some(text) => self.push(&text, at)?,
            None if self.muted.is_some() => {}
            None => {
                return Err(self.error(
                    at,
                    "the variable named here is not set; `${NAME:-default}` gives it a default",
                ));
            }
        }
        Ok("${}".len() + length)
    }

    fn open_default(&mut self, found: Option<Text>, at: usize) -> Result<(), SyntaxError> {
        if let Some(text) = found {
            self.push(&text, at)?;
            self.muted = Some(self.open.len());
        }
        self.open.push(at);
        Ok(())
    }

    fn close(&mut self) -> usize {
        self.open.pop();
        if self.muted == Some(self.open.len()) {
            self.muted = None;
        }
        "}".len()
    }

    fn push(&mut self, text: &str, at: usize) -> Result<(), SyntaxError> {
        if self.muted.is_none() {
            self.room = self
                .room
                .checked_sub(text.len())
                .ok_or_else(|| self.error(at, "expanded, the values are too long"))?;
            self.made.push_str(text);
        }
        Ok(())
    }

    fn finish(self) -> Result<Text, SyntaxError> {
        match self.open.first() {
            Some(at) => Err(self.error(*at, "this `${` is never closed")),
            None => Ok(self.made.finish()),
        }
    }

    /// An error at an offset in the value as written.
    fn error(&self, at: usize, message: &'static str) -> SyntaxError {
        SyntaxError::new(position_after(&self.names.text[..self.start + at]), message)
    }
}
