//! From a value as written to the text it means.

use crate::value::Text;
use zeroize::Zeroizing;

/// A run of a value as written, or what one escape or one line end stands for.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the value as written.
    pub(super) at: usize,
}

/// The runs of the part between quotes. In single quotes only line ends are read as something else.
pub(super) struct Pieces<'a> {
    written: &'a str,
    at: usize,
    escapes: bool,
}

impl<'a> Pieces<'a> {
    pub(super) const fn of(written: &'a str, escapes: bool) -> Self {
        Self { written, at: 0, escapes }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let at = self.at;
        let rest = &self.written[at..];
        let special = |byte: u8| byte == b'\r' || (byte == b'\\' && self.escapes);
        let (text, length) = match rest.bytes().position(special) {
            _ if rest.is_empty() => return None,
            None => (rest, rest.len()),
            Some(0) => special_piece(rest),
            Some(before) => (&rest[..before], before),
        };
        self.at += length;
        Some(Piece { text, at })
    }
}

/// The text between quotes, in a buffer of exactly its size.
pub(super) fn decode(written: &str, escapes: bool) -> Text {
    let length = Pieces::of(written, escapes).map(|piece| piece.text.len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(length));
    Pieces::of(written, escapes).for_each(|piece| text.push_str(piece.text));
    text
}

/// What a carriage return or a backslash at the front stands for, and how many bytes that takes.
fn special_piece(rest: &str) -> (&str, usize) {
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => ("\n", 2),
        [b'\r', ..] => ("\n", 1),
        [_, b'n', ..] => ("\n", 2),
        [_, b'r', ..] => ("\r", 2),
        [_, b't', ..] => ("\t", 2),
        [_, b'\\', ..] => ("\\", 2),
        [_, b'"', ..] => ("\"", 2),
        [_, b'$', ..] => ("$", 2),
        _ => ("\\", 1),
    }
}
