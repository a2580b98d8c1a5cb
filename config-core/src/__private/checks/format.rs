//! Formats, patterns and durations (C8, C11, C14, C15): the whole contact with `crate::format`.

use super::fail;
use super::source::feature_off;
use crate::__private::message::{Message, Nearest};
use crate::format::{Format, check_pattern, duration as humantime};
use crate::schema::declare::FormatSpec;
use crate::schema::index::same;

/// Why a format cannot be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BadFormat {
    /// No format has that name.
    Unknown(&'static str),
    /// The name is there, but not with these arguments.
    Arguments(&'static str),
    /// The pattern is wrong, and why.
    Pattern(&'static str),
    /// The feature that it needs is off.
    Feature(&'static str),
}

/// A format that there is, with the arguments that it takes.
#[track_caller]
pub const fn format(spec: FormatSpec) {
    let Err(bad) = format_of(spec) else { return };
    match bad {
        BadFormat::Unknown(name) => unknown(name),
        BadFormat::Arguments(name) => fail(&Message::new("the format ").code(name).text(
            " does not take these arguments: those with arguments are \
                    `url(\"https\", ..)`, `hex(32)`, `base64(32)` and `regex(\"..\")`",
        )),
        BadFormat::Pattern(why) => fail(&Message::new("this pattern cannot be read: ").text(why)),
        BadFormat::Feature(feature) => fail(&feature_off(Message::new("this format"), feature)),
    }
}

/// A text default that has the format of its field.
#[track_caller]
pub const fn format_default(spec: FormatSpec, text: &str) {
    if let Ok(format) = format_of(spec)
        && !format.accepts(text)
    {
        fail(
            &Message::new("the default does not have the field's own format ")
                .code(shown(spec))
                .text(": write one that has, or another format"),
        );
    }
}

/// A text that reads as a duration.
#[track_caller]
pub const fn duration(text: &str) {
    if humantime::parse(text).is_err() {
        fail(&Message::new("").code(text).text(
            " does not read as a duration: write a number with a unit, `\"90d\"` or `\"1h 30m\"`",
        ));
    }
}

/// The format that a declaration names.
pub(crate) const fn format_of(spec: FormatSpec) -> Result<Format, BadFormat> {
    match spec {
        FormatSpec::Named(name) if is(name, "regex") => Err(BadFormat::Arguments(name)),
        FormatSpec::Named(name) => match Format::named(name) {
            Some(format) => Ok(format),
            None => Err(BadFormat::Unknown(name)),
        },
        FormatSpec::Pattern(pattern) => match check_pattern(pattern) {
            Ok(()) => Ok(Format::Pattern(pattern)),
            Err(error) => Err(BadFormat::Pattern(error.message())),
        },
        FormatSpec::Texts(name, texts) if is(name, "url") => Ok(Format::Url(texts)),
        FormatSpec::Texts(name, _) if is(name, "regex") && !cfg!(feature = "regex") => {
            Err(BadFormat::Feature("regex"))
        }
        FormatSpec::Texts(name, [pattern]) if is(name, "regex") => Ok(Format::Regex(pattern)),
        FormatSpec::Size(name, size) if is(name, "hex") => Ok(Format::Hex(Some(size))),
        FormatSpec::Size(name, size) if is(name, "base64") => Ok(Format::Base64(Some(size))),
        FormatSpec::Texts(name, _) | FormatSpec::Size(name, _) => match Format::named(name) {
            None if !is(name, "regex") => Err(BadFormat::Unknown(name)),
            _ => Err(BadFormat::Arguments(name)),
        },
    }
}

/// The seconds of a duration; none where it does not read as one.
pub(crate) const fn seconds(text: &str) -> Option<u64> {
    match humantime::parse(text) {
        Ok(duration) => Some(duration.as_secs()),
        Err(_) => None,
    }
}

#[track_caller]
const fn unknown(name: &str) {
    let mut nearest = Nearest::to(name).or("regex");
    let mut at = 0;
    while at < Format::NAMES.len() {
        nearest = nearest.or(Format::NAMES[at]);
        at += 1;
    }
    let message = Message::new("unknown format ").code(name);
    if let Some(meant) = nearest.name() {
        fail(&message.text("; did you mean ").code(meant).text("?"));
    }
    let mut message = message.text("; there are: ");
    at = 0;
    while at < Format::NAMES.len() {
        if let Some(format) = Format::named(Format::NAMES[at])
            && !matches!(format, Format::Preset(_))
        {
            message = message.text(Format::NAMES[at]).text(", ");
        }
        at += 1;
    }
    fail(
        &message
            .text("the presets of providers such as `github`, and a pattern in quotes, `\"sk-*\"`"),
    );
}

const fn shown(spec: FormatSpec) -> &'static str {
    match spec {
        FormatSpec::Named(name)
        | FormatSpec::Texts(name, _)
        | FormatSpec::Size(name, _)
        | FormatSpec::Pattern(name) => name,
    }
}

const fn is(left: &str, right: &str) -> bool {
    same(left.as_bytes(), right.as_bytes())
}
