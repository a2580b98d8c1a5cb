//! Scalars: the letters of a document in the shape that the parser gave them, and what they mean.

use granit_parser::ScalarStyle;

use crate::value::{Text, TextBuilder, Value};

pub(super) const NO_ESCAPE: &str = "no such escape";

/// What is wrong, and how many bytes into the scalar.
type Wrong = (usize, &'static str);

/// The tags that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    /// `!`: whatever it looks like, it is a text.
    NotSpecific,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Map,
    Seq,
}

impl Tag {
    /// A tag as it is written; none where it is not of the core schema.
    pub(super) fn of(written: &str) -> Option<Self> {
        let verbatim =
            written.strip_prefix("!<tag:yaml.org,2002:").and_then(|rest| rest.strip_suffix('>'));
        match written.strip_prefix("!!").or(verbatim) {
            Some("str") => Some(Self::Str),
            Some("int") => Some(Self::Int),
            Some("float") => Some(Self::Float),
            Some("bool") => Some(Self::Bool),
            Some("null") => Some(Self::Null),
            Some("map") => Some(Self::Map),
            Some("seq") => Some(Self::Seq),
            None if written == "!" => Some(Self::NotSpecific),
            _ => None,
        }
    }
}

/// What a scalar means under the core schema; none where it is not what its tag says.
pub(super) fn value(text: Text, style: ScalarStyle, tag: Tag) -> Option<Value> {
    match tag {
        Tag::None if style == ScalarStyle::Plain => Some(plain(text)),
        Tag::None | Tag::NotSpecific | Tag::Str => Some(Value::Text(text)),
        Tag::Map | Tag::Seq => None,
        Tag::Int | Tag::Float | Tag::Bool | Tag::Null => match (plain(text), tag) {
            (Value::Number(digits), Tag::Int) if is_whole(&digits) => Some(Value::Number(digits)),
            (Value::Notation(digits), Tag::Int) if is_whole(&digits) => {
                Some(Value::Notation(digits))
            }
            (number @ (Value::Number(_) | Value::Notation(_)), Tag::Float) => Some(number),
            (truth @ Value::Bool(_), Tag::Bool) => Some(truth),
            (Value::Null, Tag::Null) => Some(Value::Null),
            _ => None,
        },
    }
}

fn plain(text: Text) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        digits if is_whole(digits) || is_float(digits) => Value::Number(text),
        other => match special(other) {
            Some(number) => Value::Notation(number),
            None => Value::Text(text),
        },
    }
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(text: &str) -> bool {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text, None),
    };
    let number = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    has_digits && all_digits(whole) && all_digits(fraction) && exponent.is_none_or(is_whole)
}

/// Numbers that are not decimal: as decimal digits where they are not too large for any number, else none.
fn special(text: &str) -> Option<Text> {
    let radix = |digits: &str, radix| {
        let plain = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        plain.then(|| u128::from_str_radix(digits, radix).ok()).flatten()
    };
    let number = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => radix(digits, 16)?,
        (_, Some(digits)) => radix(digits, 8)?,
        _ => {
            let (sign, rest) = match text.strip_prefix(['+', '-']) {
                Some(rest) if text.starts_with('-') => ("-", rest),
                Some(rest) => ("", rest),
                None => ("", text),
            };
            return match rest {
                ".inf" | ".Inf" | ".INF" => Some(Text::new(format!("{sign}inf"))),
                ".nan" | ".NaN" | ".NAN" if rest == text => Some(Text::new("nan".to_owned())),
                _ => None,
            };
        }
    };
    Some(crate::document::decimal(number))
}

/// The letters of `source` in the shape of `template`, which is what the parser made of `mask`.
///
/// Blanks and line ends are not masked, so those of the template are right: lines are folded and indentation is gone.
/// All else comes in the same order in all three.
pub(super) fn decode(
    source: &str,
    mask: &str,
    template: &str,
    style: ScalarStyle,
) -> Result<Text, Wrong> {
    let mut letters = Letters { source, mask, offset: 0 };
    match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            letters.offset = 1;
            letters.source = source.get(..source.len() - 1).unwrap_or_default();
        }
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => {}
    }
    let mut text = TextBuilder::with_capacity(source.len().max(template.len()));
    let mut template = template.chars();
    while let Some(shape) = template.next() {
        if is_blank(shape) {
            text.push(shape);
            continue;
        }
        let Letter { letter, masked, more } = letters.next(style)?;
        if masked != shape || !template.by_ref().take(more.len()).eq(more.chars()) {
            return Err((letters.offset, UNCLEAR));
        }
        text.push(letter);
    }
    // The place of a block scalar without a letter is its header.
    if letters.offset > 0 || style == ScalarStyle::Plain {
        letters.end(style)?;
    }
    Ok(text.finish())
}

const UNCLEAR: &str = "cannot be told apart from its surroundings; put the text in double quotes";

/// What is left of a scalar.
struct Letters<'t> {
    source: &'t str,
    mask: &'t str,
    offset: usize,
}

/// One letter of a scalar.
struct Letter {
    letter: char,
    /// What stands for it in the template.
    masked: char,
    /// What else stands there for it: the digits of an escape.
    more: &'static str,
}

impl Letters<'_> {
    fn next(&mut self, style: ScalarStyle) -> Result<Letter, Wrong> {
        self.skip_blanks(style);
        let (Some(letter), Some(masked)) =
            (first(self.source, self.offset), first(self.mask, self.offset))
        else {
            return Err((self.offset, UNCLEAR));
        };
        self.offset += letter.len_utf8();
        match (style, letter) {
            (ScalarStyle::SingleQuoted, '\'') => self.offset += 1,
            (ScalarStyle::DoubleQuoted, '\\') => return self.escape(),
            _ => {}
        }
        Ok(Letter { letter, masked, more: "" })
    }

    /// Makes sure that nothing is left over.
    fn end(&mut self, style: ScalarStyle) -> Result<(), Wrong> {
        self.skip_blanks(style);
        if self.offset >= self.source.len() { Ok(()) } else { Err((self.offset, UNCLEAR)) }
    }

    /// Past blanks. Escaped ones stand in the template as they are, an escaped line end does not at all.
    fn skip_blanks(&mut self, style: ScalarStyle) {
        loop {
            let rest = self.source.get(self.offset..).unwrap_or_default();
            self.offset += rest.len() - rest.trim_start_matches(is_blank).len();
            let is_escape =
                style == ScalarStyle::DoubleQuoted && first(self.source, self.offset) == Some('\\');
            if !is_escape || !first(self.source, self.offset + 1).is_some_and(is_blank) {
                return;
            }
            self.offset += 1;
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<Letter, Wrong> {
        let start = self.offset - 1;
        let Some(kind) = first(self.source, self.offset) else { return Err((start, NO_ESCAPE)) };
        self.offset += kind.len_utf8();
        let letter = match kind {
            '"' | '\\' | '/' => return Ok(Letter { letter: kind, masked: kind, more: "" }),
            '_' => return Ok(Letter { letter: '\u{a0}', masked: '\u{a0}', more: "" }),
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' => return self.unicode(start, "xx"),
            'u' => return self.unicode(start, "xxxx"),
            'U' => return self.unicode(start, "xxxxxxxx"),
            _ => return Err((start, NO_ESCAPE)),
        };
        Ok(Letter { letter, masked: '"', more: "" })
    }

    fn unicode(&mut self, start: usize, digits: &'static str) -> Result<Letter, Wrong> {
        let code = self.hex(start, digits.len())?;
        let rest = self.source.get(self.offset..).unwrap_or_default();
        let (code, more) = match code {
            0xD800..0xDC00 if digits.len() == 4 && rest.starts_with("\\u") => {
                self.offset += 2;
                let low = self.hex(start, 4)?.wrapping_sub(0xDC00);
                let code = 0x1_0000 + ((code - 0xD800) << 10);
                (if low < 0x400 { code + low } else { u32::MAX }, "xxxx\"xxxx")
            }
            code => (code, digits),
        };
        let letter = char::from_u32(code).ok_or((start, "the escape is no character"))?;
        Ok(Letter { letter, masked: '"', more })
    }

    fn hex(&mut self, start: usize, digits: usize) -> Result<u32, Wrong> {
        let end = self.offset + digits;
        let hex = self.source.get(self.offset..end);
        let hex = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        self.offset = end;
        hex.and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .ok_or((start, "the escape lacks hex digits"))
    }
}

fn first(text: &str, offset: usize) -> Option<char> {
    text.get(offset..)?.chars().next()
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}
