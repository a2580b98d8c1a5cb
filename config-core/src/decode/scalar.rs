//! Numbers, truth values, characters and texts.

use std::fmt::Display;
use std::str::FromStr;

use super::tree::Decoder;
use super::wrong::Wrong;
use crate::format::{Format, boolean, number, size};
use crate::value::{Text, Value};

/// A type of whole numbers.
pub(super) trait Whole: FromStr + Display + TryFrom<i128> + TryFrom<u128> {
    const LEAST: Self;
    const MOST: Self;
}

macro_rules! whole {
    ($($number:ty),*) => {
        $(impl Whole for $number {
            const LEAST: Self = Self::MIN;
            const MOST: Self = Self::MAX;
        })*
    };
}

whole!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128);

impl Decoder<'_> {
    pub(super) fn whole<N: Whole>(&self) -> Result<N, Wrong> {
        if let (None, Value::Text(text)) = (self.context.format, &self.node.value)
            && let Ok(number) = text.parse()
        {
            return Ok(number);
        }
        self.whole_in_other_words()
    }

    #[cold]
    fn whole_in_other_words<N: Whole>(&self) -> Result<N, Wrong> {
        let sizes = matches!(self.context.format, Some(Format::Bytes));
        if let Some(text) = self.digits()? {
            if let Ok(number) = text.parse() {
                return Ok(number);
            }
            if let Some(number) = integer(text, sizes).and_then(fit) {
                return Ok(number);
            }
        }
        let bytes = if sizes { " of bytes" } else { "" };
        Err(self.not(&format_args!("a whole number{bytes} from {} to {}", N::LEAST, N::MOST)))
    }

    #[inline]
    pub(super) fn real<N: FromStr + Copy + Into<f64>>(&self) -> Result<N, Wrong> {
        self.check_format()?;
        if let Value::Text(text) | Value::Number(text) | Value::Notation(text) = &self.node.value
            && let Ok(number) = text.parse::<N>()
        {
            // `1e999` reads as infinite, but does not say so.
            let too_large =
                number.into().is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit());
            if !too_large {
                return Ok(number);
            }
        }
        Err(self.not(&"a number"))
    }

    pub(super) fn boolean(&self) -> Result<bool, Wrong> {
        self.check_format()?;
        let found = match &self.node.value {
            Value::Bool(found) => Some(*found),
            Value::Text(text) => boolean::parse(text),
            _ => None,
        };
        found.ok_or_else(|| self.not(&"true or false (also 1, 0, yes, no, on, off)"))
    }

    pub(super) fn character(&self) -> Result<char, Wrong> {
        let found = self.digits()?.and_then(|text| {
            let mut characters = text.chars();
            characters.next().filter(|_| characters.next().is_none())
        });
        found.ok_or_else(|| self.not(&"one character"))
    }

    /// The text; of a number its digits.
    #[inline]
    pub(super) fn text(&self) -> Result<&str, Wrong> {
        let text = match &self.node.value {
            Value::Text(text) | Value::Number(text) => text.as_str(),
            Value::Bytes(bytes) => {
                std::str::from_utf8(bytes).map_err(|_| self.not(&"a text in UTF-8"))?
            }
            _ => return Err(self.not(&"a text; write it in quotes")),
        };
        match check_format(self.context.format, text, self.context.lets_empty()) {
            Ok(()) => Ok(text),
            Err(wrong) => Err(wrong.at(self.node.at)),
        }
    }

    /// The text in the buffer that it came in, where it may be given away; an empty one takes its place.
    #[inline]
    pub(super) fn take_text(&mut self) -> Result<Option<String>, Wrong> {
        if !self.gives_text()? {
            return Ok(None);
        }
        match &mut self.node.value {
            Value::Text(text) => Ok(Some(std::mem::take(&mut **text))),
            _ => Ok(None),
        }
    }

    /// Whether it is a text of the right format that may be given away.
    #[inline]
    fn gives_text(&self) -> Result<bool, Wrong> {
        let is_kept = self.context.secret
            || self.context.whole.is_some_and(|field| !super::takes_over(field));
        if is_kept || !matches!(self.node.value, Value::Text(_)) {
            return Ok(false);
        }
        self.check_format().map(|()| true)
    }

    /// The digits of a number, or a text that may have some.
    #[inline]
    fn digits(&self) -> Result<Option<&Text>, Wrong> {
        self.check_format()?;
        match &self.node.value {
            Value::Text(text) | Value::Number(text) | Value::Notation(text) => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    #[inline]
    fn check_format(&self) -> Result<(), Wrong> {
        match (self.context.format, &self.node.value) {
            (Some(format), Value::Text(text) | Value::Number(text) | Value::Notation(text)) => {
                check_format(Some(format), text, self.context.lets_empty())
                    .map_err(|wrong| wrong.at(self.node.at))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a text has its format, or is empty where that is let through.
#[inline]
pub(super) fn check_format(
    format: Option<&Format>,
    text: &str,
    lets_empty: bool,
) -> Result<(), Wrong> {
    match format {
        Some(_) if lets_empty && text.is_empty() => Ok(()),
        Some(format) if !format.matches(text) => Err(Wrong::format(format)),
        _ => Ok(()),
    }
}

fn integer(text: &str, sizes: bool) -> Option<number::Integer> {
    match (number::parse(text), sizes) {
        (Ok(integer), _) => Some(integer),
        (Err(_), true) => {
            Some(number::Integer { negative: false, magnitude: size::parse(text).ok()? })
        }
        (Err(_), false) => None,
    }
}

fn fit<N: Whole>(integer: number::Integer) -> Option<N> {
    match integer.unsigned() {
        Some(magnitude) => N::try_from(magnitude).ok(),
        None => N::try_from(integer.signed()?).ok(),
    }
}
