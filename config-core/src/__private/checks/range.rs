//! Ranges of durations and sizes, whose ends are written as texts (C11, C15).

use std::time::Duration;

use super::fail;
use super::types::fits;
use crate::__private::message::Message;
use crate::__private::probe::Reads;
use crate::format::{duration, size};

/// The ends of a range that are known by their texts, and whether they are sizes.
#[derive(Clone, Copy)]
pub struct Ends {
    /// The lower one; none where it is open or an expression.
    pub from: Option<&'static str>,
    /// The upper one; none where it is open or an expression.
    pub to: Option<&'static str>,
    /// Whether the upper one is a value of the range.
    pub inclusive: bool,
    /// Whether they are sizes and not durations.
    pub size: bool,
}

/// An end reads as its type. That the type is another altogether is told by its trait bound.
#[track_caller]
pub const fn end(reads: Reads, is_size: bool, shown: &str, text: &str) {
    match reads {
        Reads::Integer { from, to } if is_size => match size::parse(text) {
            Ok(bytes) if bytes > i128::MAX as u128 && to.is_none() => {}
            Ok(bytes) if bytes > i128::MAX as u128 => fits(i128::MAX, from, to, shown),
            Ok(bytes) => fits(bytes as i128, from, to, shown),
            Err(_) => fail(&Message::new("").code(text).text(
                " does not read as a size: write a number with a unit, `\"512KiB\"` or `\"10MiB\"`",
            )),
        },
        Reads::Duration if !is_size => super::duration(text),
        _ => {}
    }
}

/// Some value lies within the range.
#[track_caller]
pub const fn not_empty(ends: Ends, reads: Reads) {
    if let (Some(from), Some(to)) =
        (quantity(ends.from, ends, reads), quantity(ends.to, ends, reads))
        && (from > to || (from == to && !ends.inclusive))
    {
        fail(&Message::new("no value lies in this range: write the smaller end first"));
    }
}

/// The default lies within the range.
#[track_caller]
pub const fn default_within(ends: Ends, reads: Reads, default: &'static str, written: &str) {
    let Some(value) = quantity(Some(default), ends, reads) else { return };
    let above = match quantity(ends.from, ends, reads) {
        Some(from) => from <= value,
        None => true,
    };
    let below = match quantity(ends.to, ends, reads) {
        Some(to) => value < to || (value == to && ends.inclusive),
        None => true,
    };
    if !(above && below) {
        fail(
            &Message::new("the default is not within the field's own range ")
                .code(written)
                .text(": write one that is, or another range"),
        );
    }
}

/// The duration that an end stands for; one that does not read as such is reported elsewhere.
#[must_use]
pub const fn duration_of(text: &str) -> Duration {
    match duration::parse(text) {
        Ok(duration) => duration,
        Err(_) => Duration::ZERO,
    }
}

/// The same of a size.
#[must_use]
pub const fn size_of(text: &str) -> u128 {
    match size::parse(text) {
        Ok(bytes) => bytes,
        Err(_) => 0,
    }
}

/// What can be compared of a text: bytes or nanoseconds.
const fn quantity(text: Option<&'static str>, ends: Ends, reads: Reads) -> Option<u128> {
    let Some(text) = text else { return None };
    match reads {
        Reads::Integer { .. } if ends.size => match size::parse(text) {
            Ok(bytes) => Some(bytes),
            Err(_) => None,
        },
        Reads::Duration if !ends.size => match duration::parse(text) {
            Ok(duration) => Some(duration.as_nanos()),
            Err(_) => None,
        },
        _ => None,
    }
}
