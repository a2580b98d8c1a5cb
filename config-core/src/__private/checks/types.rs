//! What is true of the type of a field, under whatever name it is written (C2, C6, C9, C11, C16).

use super::fail;
use crate::__private::message::Message;
use crate::__private::probe::{Counts, Reads};
use crate::format::{boolean, duration, number};

/// A type that is not written as an `Option` is none; and with no rule written, one is missing.
#[track_caller]
pub const fn presence(
    (is_option, is_nested): (bool, bool),
    field: &str,
    shown: &str,
    secret: bool,
    rule: Option<&str>,
) {
    let message = Message::new("");
    match (is_option, rule) {
        (true, _) => fail(
            &message
                .code(shown)
                .text(
                    " is an `Option` under another name: write the `Option<..>` out, \
                    since the declaration is read as text",
                )
                .text(match rule {
                    Some(_) => ", and take this away",
                    None => "",
                }),
        ),
        // A nested struct needs no rule, and that it is one is told elsewhere.
        (false, None) if is_nested && !secret => {}
        (false, Some(_)) => {}
        (false, None) => {
            let message = Message::new("say what happens when no source has ")
                .code(field)
                .text(": write `required`");
            let message = if secret { message } else { message.text(" or `default = ..`") };
            fail(&message.text(", or make the type `Option<").text(shown).text(">`"));
        }
    }
}

/// A struct with settings of its own does not stand under `#[setting]`.
#[track_caller]
pub const fn no_nested(is_nested: bool, shown: &str) {
    if is_nested {
        fail(
            &Message::new("").code(shown).text(
                " declares settings of its own: write `#[nested]` instead of `#[setting(..)]`",
            ),
        );
    }
}

/// A type for secrets does not stand under `#[setting]`.
#[track_caller]
pub const fn no_secret(is_secret: bool, field: &str, shown: &str) {
    if is_secret {
        fail(
            &Message::new("")
                .code(shown)
                .text(" is a type for secrets, so ")
                .code(field)
                .text(" is one: write `#[secret(..)]` instead of `#[setting(..)]`"),
        );
    }
}

/// A name that tells of a secret does not stand on a type of text.
#[track_caller]
pub const fn public(is_text: bool, field: &str, word: &str) {
    if is_text {
        let message = Message::new("").code(field);
        let message = match field.len() == word.len() {
            true => message.text(" sounds like a secret: "),
            false => message.text(" sounds like a secret, by the word ").code(word).text(": "),
        };
        fail(
            &message
                .text("write `#[secret(..)]` with the type `SecretString`; if everybody may see it, `#[setting(public, ..)]`"),
        );
    }
}

/// `len` stands on a text or a list; what is parsed is a text first, if no number comes of it.
#[track_caller]
pub const fn length(reads: Reads, counts: Counts, parsed: bool, shown: &str) {
    let (why, instead) = match (reads, counts) {
        (Reads::Other | Reads::Bool, _) if parsed => return,
        (Reads::Other, Counts::Nothing) => {
            (", neither of which is known of a ", "`validate = path`")
        }
        (Reads::Other, _) => return,
        (Reads::Bool, _) => (", and this is a ", "`validate = path`"),
        _ => (", and this is a ", "`range = 1..=100`"),
    };
    fail(
        &Message::new("`len` counts the characters of a text or the elements of a list")
            .text(why)
            .code(shown)
            .text(": write ")
            .text(instead),
    );
}

/// A text default has the length that is asked for. Where elements are counted it has to be read first, at run time.
#[track_caller]
pub const fn length_default(counts: Counts, text: &str, from: usize, to: usize, written: &str) {
    if !matches!(counts, Counts::Characters) {
        return;
    }
    let (mut count, mut at) = (0, 0);
    while at < text.len() {
        count += text.is_char_boundary(at) as usize;
        at += 1;
    }
    if count < from || count > to {
        fail(
            &Message::new("the default has ")
                .number(count as i128)
                .text(if count == 1 { " character" } else { " characters" })
                .text(", which is not within ")
                .code(written)
                .text(": write one that fits, or another `len`"),
        );
    }
}

/// A text default reads as its type.
#[track_caller]
pub const fn text_default(reads: Reads, shown: &str, text: &str) {
    let instead = match reads {
        Reads::Integer { from, to } => match number::parse(text) {
            Ok(value) => match value.signed() {
                Some(value) => return fits(value, from, to, shown),
                None if to.is_none() && !value.negative => return,
                None => "a smaller number",
            },
            Err(_) => "a whole number, `8080`",
        },
        Reads::Bool if boolean::parse(text).is_none() => "`true` or `false`",
        Reads::Duration if duration::parse(text).is_err() => {
            "a number with a unit, `\"90s\"` or `\"1h 30m\"`"
        }
        Reads::Float if !is_number(text) => "a number, `0.5`",
        _ => return,
    };
    fail(
        &Message::new("")
            .code(text)
            .text(" does not read as a ")
            .code(shown)
            .text(": write ")
            .text(instead),
    );
}

/// A whole number fits its type.
#[track_caller]
pub const fn integer(reads: Reads, shown: &str, value: i128) {
    if let Reads::Integer { from, to } = reads {
        fits(value, from, to, shown);
    }
}

#[track_caller]
pub(super) const fn fits(value: i128, from: i128, to: Option<i128>, shown: &str) {
    let above = match to {
        Some(to) => value > to,
        None => false,
    };
    if value < from || above {
        let message = Message::new("`")
            .number(value)
            .text("` is no ")
            .code(shown)
            .text(": write a number from ")
            .number(from);
        fail(&match to {
            Some(to) => message.text(" to ").number(to),
            None => message.text(" up"),
        });
    }
}

/// Digits with at most one point, a sign, an exponent; or the words for what is no number.
const fn is_number(text: &str) -> bool {
    let mut rest = text.as_bytes();
    if let [b'+' | b'-', tail @ ..] = rest {
        rest = tail;
    }
    if let b"inf" | b"infinity" | b"nan" | b"NaN" = rest {
        return true;
    }
    let (mut digits, mut point, mut exponent) = (false, false, false);
    while let [byte, tail @ ..] = rest {
        match byte {
            b'0'..=b'9' => digits = true,
            b'.' if !point && !exponent => point = true,
            b'e' | b'E' if digits && !exponent => {
                exponent = true;
                digits = false;
                if let [b'+' | b'-', behind @ ..] = tail {
                    rest = behind;
                    continue;
                }
            }
            b'_' => {}
            _ => return false,
        }
        rest = tail;
    }
    digits
}
