//! Whole numbers.

/// Why a text gives no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is not written as one.
    Malformed,
    /// It is one, but larger than can be held.
    TooLarge,
    /// It is one, but not a whole one in its smallest unit.
    Inexact,
}

/// A whole number: a sign and a magnitude, so that both `i128` and `u128` are within reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integer {
    /// Whether a `-` stands before it.
    pub negative: bool,
    /// The number without its sign.
    pub magnitude: u128,
}

/// Digits, with `_` between them, and maybe a sign before them.
///
/// # Errors
/// Anything else, and what is beyond 128 bits.
pub const fn parse(text: &str) -> Result<Integer, Unread> {
    let bytes = text.as_bytes();
    let (negative, mut at) = match bytes {
        [b'-', ..] => (true, 1),
        [b'+', ..] => (false, 1),
        _ => (false, 0),
    };
    let mut magnitude = 0;
    let mut after_digit = false;
    let mut overflow = false;
    while at < bytes.len() {
        match bytes[at] {
            b'_' if after_digit => after_digit = false,
            b'0'..=b'9' => {
                after_digit = true;
                match push_digit(magnitude, bytes[at]) {
                    Some(larger) => magnitude = larger,
                    None => overflow = true,
                }
            }
            _ => return Err(Unread::Malformed),
        }
        at += 1;
    }
    match (after_digit, overflow) {
        (false, _) => Err(Unread::Malformed),
        (true, true) => Err(Unread::TooLarge),
        (true, false) => Ok(Integer { negative, magnitude }),
    }
}

impl Integer {
    /// As a signed number, where it fits.
    #[must_use]
    pub const fn signed(self) -> Option<i128> {
        if self.negative {
            0i128.checked_sub_unsigned(self.magnitude)
        } else {
            0i128.checked_add_unsigned(self.magnitude)
        }
    }

    /// As an unsigned number, where it fits.
    #[must_use]
    pub const fn unsigned(self) -> Option<u128> {
        if self.negative && self.magnitude != 0 { None } else { Some(self.magnitude) }
    }
}

/// The number with one more decimal digit at its end.
pub(super) const fn push_digit(number: u128, digit: u8) -> Option<u128> {
    match number.checked_mul(10) {
        Some(tenfold) => tenfold.checked_add((digit - b'0') as u128),
        None => None,
    }
}
