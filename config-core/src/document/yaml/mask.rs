//! A document with the same structure and other letters.

use zeroize::Zeroizing;

use crate::document::{Places, SyntaxError};
use crate::value::Text;

/// The mask of a document: byte for byte as long, with the same blanks, line ends and punctuation, and one same
/// letter or digit for all others.
///
/// Two sorts of them mean something to the parser. A digit behind `|` or `>` tells an indentation and stays. A
/// letter or digit behind a backslash may be an escape of a text in double quotes, where most letters would be a
/// mistake; a quote is right there and means nothing elsewhere.
///
/// # Errors
/// A control character, a byte order mark inside the text, a directive other than `%YAML`.
pub(super) fn of(text: &str) -> Result<Text, SyntaxError> {
    let directive = directive(text)?;
    let mut mask = String::with_capacity(text.len());
    let mut escaped = false;
    let mut header = Header::No;
    for (offset, character) in text.char_indices() {
        let message = match character {
            '\t' | '\n' | '\r' => None,
            '\0'..='\u{1f}' => Some("a control character must be escaped"),
            '\u{feff}' => Some("a byte order mark may stand at the beginning only"),
            _ => None,
        };
        if let Some(message) = message {
            return Err(SyntaxError::new(Places::new(text).at(offset), message));
        }
        let keep =
            directive.contains(&offset) || (header != Header::No && character.is_ascii_digit());
        mask.push(match character {
            _ if keep => character,
            'a'..='z' | 'A'..='Z' | '0'..='9' if escaped => '"',
            'a'..='z' | 'A'..='Z' | '0'..='9' | '\u{7f}' => 'x',
            _ => filler(character),
        });
        header = header.after(character);
        escaped = character == '\\' && !escaped;
    }
    Ok(Zeroizing::new(mask))
}

/// Whether a block scalar's header may be going on, so that a digit is an indentation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    No,
    Begun,
    Signed,
}

impl Header {
    const fn after(self, character: char) -> Self {
        match (self, character) {
            (_, '|' | '>') => Self::Begun,
            (Self::Begun, '+' | '-') => Self::Signed,
            _ => Self::No,
        }
    }
}

/// One same letter for all characters of a length; ASCII that is neither letter nor digit stays.
const fn filler(character: char) -> char {
    match character.len_utf8() {
        1 => character,
        2 => 'é',
        3 => '字',
        _ => '𠀀',
    }
}

/// Where the `%YAML` line stands, before the document; empty where there is none.
fn directive(text: &str) -> Result<std::ops::Range<usize>, SyntaxError> {
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let end = start + line.len();
        let content = line.trim_ascii();
        if line.starts_with('%') {
            let version = content
                .strip_prefix("%YAML")
                .map(|rest| rest.split_once('#').map_or(rest, |(version, _)| version).trim_ascii());
            return match version {
                Some("1.1" | "1.2") => Ok(start..end),
                _ => {
                    let at = Places::new(text).at(start);
                    Err(SyntaxError::new(at, "no other directive than %YAML 1.2 is read"))
                }
            };
        }
        if !content.is_empty() && !content.starts_with('#') {
            break;
        }
        start = end;
    }
    Ok(0..0)
}
