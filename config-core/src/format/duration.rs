//! Durations as the humantime crate has them: `90s`, `1h 30m`, `1.5days`.

use std::time::Duration;

use super::number::Unread;
use super::scan::{char_at, part, same};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const NANOS: u64 = 1_000_000_000;

/// What one of a unit is: so many seconds, or so many nanoseconds.
#[derive(Clone, Copy)]
enum Unit {
    Seconds(u64),
    Nanos(u64),
}

const UNITS: &[(&[&str], Unit)] = &[
    (&["nanos", "nsec", "ns"], Unit::Nanos(1)),
    (&["usec", "us", "µs"], Unit::Nanos(1000)),
    (&["millis", "msec", "ms"], Unit::Nanos(1_000_000)),
    (&["seconds", "second", "secs", "sec", "s"], Unit::Seconds(1)),
    (&["minutes", "minute", "min", "mins", "m"], Unit::Seconds(MINUTE)),
    (&["hours", "hour", "hr", "hrs", "h"], Unit::Seconds(HOUR)),
    (&["days", "day", "d"], Unit::Seconds(DAY)),
    (&["weeks", "week", "wk", "wks", "w"], Unit::Seconds(7 * DAY)),
    // 30.44 days and 365.25 days.
    (&["months", "month", "M"], Unit::Seconds(2_630_016)),
    (&["years", "year", "yr", "yrs", "y"], Unit::Seconds(31_557_600)),
];

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

/// A time for a person, in the unit that shows it: `350 ms`, `2.5 s`, `30 s`.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f32();
    match time {
        time if time < Duration::from_secs(1) => format!("{} ms", time.as_micros().div_ceil(1000)),
        time if time < Duration::from_secs(10) => format!("{} s", (seconds * 10.0).round() / 10.0),
        _ => format!("{} s", seconds.round()),
    }
}

/// One or more numbers with their units, in any order, with or without blanks. `0` alone needs no unit.
///
/// # Errors
/// Anything else, what is finer than a nanosecond, and what is beyond the range of a [`Duration`].
pub const fn parse(text: &str) -> Result<Duration, Unread> {
    let mut parser = Parser { text: text.as_bytes(), at: 0 };
    if same(parser.text, b"0") {
        return Ok(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    parser.blanks();
    loop {
        let span = match parser.span() {
            Ok(span) => span,
            Err(error) => return Err(error),
        };
        total = match total.checked_add(span) {
            Some(total) => total,
            None => return Err(Unread::TooLarge),
        };
        parser.blanks();
        if parser.at == parser.text.len() {
            return Ok(total);
        }
    }
}

impl Parser<'_> {
    const fn blanks(&mut self) {
        while self.at < self.text.len() {
            let (code, next) = char_at(self.text, self.at);
            match char::from_u32(code) {
                Some(character) if character.is_whitespace() => self.at = next,
                _ => return,
            }
        }
    }

    const fn is_digit(&self) -> bool {
        self.at < self.text.len() && self.text[self.at].is_ascii_digit()
    }

    /// Digits, which may have blanks between them: the number, and ten to the power of how many they are.
    const fn digits(&mut self) -> Result<(u64, Option<u64>), Unread> {
        if !self.is_digit() {
            return Err(Unread::Malformed);
        }
        let mut number: u64 = 0;
        let mut scale: Option<u64> = Some(1);
        while self.is_digit() {
            number = match number.checked_mul(10) {
                Some(tenfold) => match tenfold.checked_add((self.text[self.at] - b'0') as u64) {
                    Some(number) => number,
                    None => return Err(Unread::TooLarge),
                },
                None => return Err(Unread::TooLarge),
            };
            scale = match scale {
                Some(scale) => scale.checked_mul(10),
                None => None,
            };
            self.at += 1;
            self.blanks();
        }
        Ok((number, scale))
    }

    /// A number with its unit.
    const fn span(&mut self) -> Result<Duration, Unread> {
        let whole = match self.digits() {
            Ok((whole, _)) => whole,
            Err(error) => return Err(error),
        };
        let mut fraction = None;
        if self.at < self.text.len() && self.text[self.at] == b'.' {
            self.at += 1;
            self.blanks();
            fraction = match self.digits() {
                Ok((number, Some(scale))) => Some((number, scale)),
                Ok((_, None)) => return Err(Unread::TooLarge),
                Err(error) => return Err(error),
            };
        }
        let Some(unit) = self.unit() else { return Err(Unread::Malformed) };
        let Some(span) = unit.times(whole) else { return Err(Unread::TooLarge) };
        match fraction {
            None => Ok(span),
            Some((number, scale)) => match unit.part(number, scale) {
                Ok(part) => match span.checked_add(part) {
                    Some(span) => Ok(span),
                    None => Err(Unread::TooLarge),
                },
                Err(error) => Err(error),
            },
        }
    }

    const fn unit(&mut self) -> Option<Unit> {
        let start = self.at;
        while self.at < self.text.len()
            && (self.text[self.at].is_ascii_alphabetic() || self.text[self.at] >= 0x80)
        {
            let (code, next) = char_at(self.text, self.at);
            if code >= 0x80 && code != 'µ' as u32 {
                break;
            }
            self.at = next;
        }
        let word = part(self.text, start, self.at);
        let mut i = 0;
        while i < UNITS.len() {
            let (names, unit) = UNITS[i];
            let mut name = 0;
            while name < names.len() {
                if same(names[name].as_bytes(), word) {
                    return Some(unit);
                }
                name += 1;
            }
            i += 1;
        }
        None
    }
}

impl Unit {
    const fn times(self, number: u64) -> Option<Duration> {
        match self {
            Self::Seconds(seconds) => match number.checked_mul(seconds) {
                Some(seconds) => Some(Duration::from_secs(seconds)),
                None => None,
            },
            Self::Nanos(nanos) => match number.checked_mul(nanos) {
                Some(nanos) => Some(Duration::from_nanos(nanos)),
                None => None,
            },
        }
    }

    /// `number / scale` of the unit. Up to a minute it may come down to nanoseconds, above that to seconds.
    const fn part(self, number: u64, scale: u64) -> Result<Duration, Unread> {
        let (per_unit, in_nanos) = match self {
            Self::Nanos(1) => return Err(Unread::Inexact),
            Self::Nanos(nanos) => (nanos, true),
            Self::Seconds(seconds) if seconds <= MINUTE => (seconds * NANOS, true),
            Self::Seconds(seconds) => (seconds, false),
        };
        match number.checked_mul(per_unit) {
            None => Err(Unread::TooLarge),
            Some(total) if !total.is_multiple_of(scale) => Err(Unread::Inexact),
            Some(total) if in_nanos => Ok(Duration::from_nanos(total / scale)),
            Some(total) => Ok(Duration::from_secs(total / scale)),
        }
    }
}
