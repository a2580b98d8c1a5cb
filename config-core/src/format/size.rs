//! Amounts of bytes: `512`, `64kB`, `10MiB`, `1.5 GiB`.

use super::number::{Unread, push_digit};
use super::scan::{part, same_but_case};

/// Units of 1000 and of 1024. A bare `K` or `M` is no unit: half of the world means the one and half the other.
const UNITS: &[(&str, u128)] = &[
    ("", 1),
    ("B", 1),
    ("kB", 1000),
    ("MB", 1000u128.pow(2)),
    ("GB", 1000u128.pow(3)),
    ("TB", 1000u128.pow(4)),
    ("PB", 1000u128.pow(5)),
    ("EB", 1000u128.pow(6)),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
    ("EiB", 1 << 60),
];

/// Digits, with `_` between them, maybe a fraction, maybe a blank, and a unit in any case: the number of bytes.
///
/// # Errors
/// Anything else, a fraction of a byte, and what is beyond 128 bits.
pub const fn parse(text: &str) -> Result<u128, Unread> {
    let bytes = text.as_bytes();
    let mut number = 0;
    let mut divisor: u128 = 1;
    let mut after_digit = false;
    let mut in_fraction = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'0'..=b'9' => {
                after_digit = true;
                number = match push_digit(number, bytes[at]) {
                    Some(number) => number,
                    None => return Err(Unread::TooLarge),
                };
                if in_fraction {
                    divisor = match divisor.checked_mul(10) {
                        Some(divisor) => divisor,
                        None => return Err(Unread::TooLarge),
                    };
                }
            }
            b'_' if after_digit => after_digit = false,
            b'.' if after_digit && !in_fraction => {
                after_digit = false;
                in_fraction = true;
            }
            _ => break,
        }
        at += 1;
    }
    if !after_digit {
        return Err(Unread::Malformed);
    }
    while at < bytes.len() && bytes[at] == b' ' {
        at += 1;
    }
    let Some(unit) = unit(part(bytes, at, bytes.len())) else { return Err(Unread::Malformed) };
    match number.checked_mul(unit) {
        None => Err(Unread::TooLarge),
        Some(total) if !total.is_multiple_of(divisor) => Err(Unread::Inexact),
        Some(total) => Ok(total / divisor),
    }
}

const fn unit(text: &[u8]) -> Option<u128> {
    let mut i = 0;
    while i < UNITS.len() {
        if same_but_case(UNITS[i].0.as_bytes(), text) {
            return Some(UNITS[i].1);
        }
        i += 1;
    }
    None
}
