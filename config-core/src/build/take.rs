//! What generated code calls for each field: take its value, then the declared checks on it.
//!
//! Each takes or checks the field whose turn it is; a problem is noted and gives none, so that the next field still
//! has its turn. A function that takes `Option<T>` gets what the call before it gave.

use std::fmt::Display;
use std::ops::RangeBounds;

use serde_core::de::DeserializeOwned;

use super::{Builder, Turn, What};
use crate::decode::{self, DecodeSecret, SecretType, Wrong};
use crate::error::ProblemKind;
use crate::schema::Field;
use crate::schema::declare::Struct;
use crate::value::{Node, Value};

/// A type that a `#[setting(..)]` field may have: whatever serde reads. One that is `NESTED` declares settings itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read as a setting",
    label = "no setting can have this type",
    note = "a secret stands under `#[secret(..)]`; any other type needs `#[derive(serde::Deserialize)]`, or on the field `parse = path` with a function `fn(&str) -> Result<{Self}, E>`"
)]
pub trait Setting<const NESTED: bool = false>: Sized {
    /// Asked for where nothing but the bound is wanted.
    const FITS: () = ();
    /// The next field: required, optional (`Self` is an `Option` then), or with a default text.
    fn take(builder: &mut Builder<'_>) -> Option<Self>;
    /// The next field, or a default that costs nothing to make.
    fn take_or(builder: &mut Builder<'_>, default: Self) -> Option<Self>;
    /// The next field, or a default that is made only when needed.
    fn take_or_else(builder: &mut Builder<'_>, default: fn() -> Self) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Setting for T {
    fn take(builder: &mut Builder<'_>) -> Option<Self> {
        match builder.turn() {
            Turn::Value(node, field) => {
                let read = decode::setting(node, field);
                #[cfg(feature = "figment")]
                builder.shape::<Self>();
                settled(builder, read)
            }
            Turn::Nothing => decode::nothing(),
            Turn::Problem => None,
        }
    }

    fn take_or(builder: &mut Builder<'_>, default: Self) -> Option<Self> {
        match builder.turn() {
            Turn::Value(node, field) => {
                let read = decode::setting(node, field);
                #[cfg(feature = "figment")]
                builder.shape::<Self>();
                settled(builder, read)
            }
            Turn::Nothing => Some(default),
            Turn::Problem => None,
        }
    }

    fn take_or_else(builder: &mut Builder<'_>, default: fn() -> Self) -> Option<Self> {
        match builder.turn() {
            Turn::Value(node, field) => {
                let read = decode::setting(node, field);
                #[cfg(feature = "figment")]
                builder.shape::<Self>();
                settled(builder, read)
            }
            Turn::Nothing => Some(default()),
            Turn::Problem => None,
        }
    }
}

/// A type with settings of its own, which belongs under `#[nested]`: that is told elsewhere, and nothing else of it here.
#[diagnostic::do_not_recommend]
impl<T> Setting<true> for T {
    fn take(_: &mut Builder<'_>) -> Option<Self> {
        None
    }
    fn take_or(_: &mut Builder<'_>, _: Self) -> Option<Self> {
        None
    }
    fn take_or_else(_: &mut Builder<'_>, _: fn() -> Self) -> Option<Self> {
        None
    }
}

/// A secret that is read from what a source gave.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type for a secret, which is never printed and is wiped when dropped",
    label = "write `SecretString` for a text, `SecretBytes` for bytes, `Secret<_>` for anything else",
    note = "an `Option`, a `Vec` or a `HashMap<String, _>` of those is one too; a value that is no secret stands under `#[setting(..)]`",
    note = "the `T` of a `Secret<T>` is `serde::Deserialize` and `zeroize::Zeroize`, and `impl config_core::SecretValue for T {{}}` says that it may be a secret"
)]
pub trait SecretField: Sized {
    /// Asked for where nothing but the bound is wanted.
    const FITS: () = ();
    /// The next field; optional ones have an `Option` as their type.
    fn take(builder: &mut Builder<'_>) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<S: SecretType + DecodeSecret> SecretField for S {
    fn take(builder: &mut Builder<'_>) -> Option<Self> {
        match builder.turn() {
            Turn::Value(node, field) => {
                let read = S::decode(node, field);
                settled(builder, read)
            }
            Turn::Nothing => S::nothing(),
            Turn::Problem => None,
        }
    }
}

/// A field through a setting's own parser, which gets the text; a text default goes through it too.
pub fn parsed<T, E: Display>(
    builder: &mut Builder<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    match builder.turn() {
        Turn::Value(node, field) => {
            let read = text(node, field).map(parse);
            judged(builder, read)
        }
        _ => None,
    }
}

/// The same for `Option<T>`: absent is `None`.
pub fn parsed_opt<T, E: Display>(
    builder: &mut Builder<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<Option<T>> {
    match builder.turn() {
        Turn::Value(node, field) => {
            let read = text(node, field).map(parse);
            judged(builder, read).map(Some)
        }
        Turn::Nothing => Some(None),
        Turn::Problem => None,
    }
}

/// The same with a default that is an expression.
pub fn parsed_or<T, E: Display>(
    builder: &mut Builder<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
    default: fn() -> T,
) -> Option<T> {
    match builder.turn() {
        Turn::Value(node, field) => {
            let read = text(node, field).map(parse);
            judged(builder, read)
        }
        Turn::Nothing => Some(default()),
        Turn::Problem => None,
    }
}

/// A field through a secret's own parser; its words are never shown.
pub fn parsed_secret<S: SecretType, E>(
    builder: &mut Builder<'_>,
    parse: impl Fn(&str) -> Result<S, E>,
) -> Option<S> {
    match builder.turn() {
        Turn::Value(node, field) => {
            let read = text(node, field).map(|text| parse(text).map_err(|_| UNSAID));
            judged(builder, read)
        }
        _ => None,
    }
}

/// The same for `Option<S>`: absent is `None`.
pub fn parsed_secret_opt<S: SecretType, E>(
    builder: &mut Builder<'_>,
    parse: impl Fn(&str) -> Result<S, E>,
) -> Option<Option<S>> {
    match builder.turn() {
        Turn::Value(node, field) => {
            let read = text(node, field).map(|text| parse(text).map_err(|_| UNSAID));
            judged(builder, read).map(Some)
        }
        Turn::Nothing => Some(None),
        Turn::Problem => None,
    }
}

/// What is said of a secret that its own parser refused.
const UNSAID: &str = "its parser refused the value";

/// A range that fits the type of a field.
#[diagnostic::on_unimplemented(
    message = "`range` bounds numbers and other ordered values, and both its ends must be of the field's type: this one does not fit `{T}`",
    label = "does not fit a field of the type `{T}`",
    note = "the ends of a duration are written `\"1s\"..=\"5m\"`, those of a size `\"1KiB\"..=\"10MiB\"` with `format = bytes`",
    note = "for how many characters a text may have write `len = 8..`; for anything else write `validate = path`"
)]
pub trait RangeOf<T> {
    /// The value of the field taken last, where it lies within the range; else a problem that shows the range as
    /// written.
    fn within(&self, builder: &mut Builder<'_>, value: Option<T>) -> Option<T>;
    /// The same for `Option<T>`.
    fn within_opt(&self, builder: &mut Builder<'_>, value: Option<Option<T>>) -> Option<Option<T>>;
}

#[diagnostic::do_not_recommend]
impl<T: PartialOrd, R: RangeBounds<T>> RangeOf<T> for R {
    fn within(&self, builder: &mut Builder<'_>, value: Option<T>) -> Option<T> {
        let value = value?;
        if self.contains(&value) {
            return Some(value);
        }
        out_of_range(builder);
        None
    }

    fn within_opt(&self, builder: &mut Builder<'_>, value: Option<Option<T>>) -> Option<Option<T>> {
        match value? {
            Some(value) => self.within(builder, Some(value)).map(Some),
            None => Some(None),
        }
    }
}

/// A type that holds a size.
#[diagnostic::on_unimplemented(
    message = "a range of sizes bounds whole numbers, and `{Self}` is no integer type",
    label = "write an integer type, or `validate = path` in place of `range`"
)]
pub trait SizeOf {
    /// So many bytes, which are known to fit.
    fn of(bytes: u128) -> Self;
}

macro_rules! sizes {
    ($($int:ty)*) => {
        $(#[diagnostic::do_not_recommend]
        impl SizeOf for $int {
            fn of(bytes: u128) -> Self {
                Self::try_from(bytes).unwrap_or(Self::MAX)
            }
        })*
    };
}

sizes!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// The value of the field taken last through a setting's own validator, whose message may be shown.
pub fn validated<T, E: Display>(
    builder: &mut Builder<'_>,
    value: Option<T>,
    check: impl Fn(&T) -> Result<(), E>,
) -> Option<T> {
    let value = value?;
    if !builder.may_be_judged() {
        return None;
    }
    match check(&value) {
        Ok(()) => Some(value),
        Err(error) => {
            note_current(builder, ProblemKind::Refused, error.to_string(), true);
            None
        }
    }
}

/// The same for `Option<T>`.
pub fn validated_opt<T, E: Display>(
    builder: &mut Builder<'_>,
    value: Option<Option<T>>,
    check: impl Fn(&T) -> Result<(), E>,
) -> Option<Option<T>> {
    match value? {
        Some(value) => validated(builder, Some(value), check).map(Some),
        None => Some(None),
    }
}

/// The value of the field taken last through a secret's own validator, whose message is a constant and so cannot hold
/// the secret.
pub fn validated_secret<S>(
    builder: &mut Builder<'_>,
    value: Option<S>,
    check: impl Fn(&S) -> Result<(), &'static str>,
) -> Option<S> {
    let value = value?;
    if !builder.may_be_judged() {
        return None;
    }
    match check(&value) {
        Ok(()) => Some(value),
        Err(message) => {
            note_current(builder, ProblemKind::Refused, message.to_owned(), false);
            None
        }
    }
}

/// The same for `Option<S>`.
pub fn validated_secret_opt<S>(
    builder: &mut Builder<'_>,
    value: Option<Option<S>>,
    check: impl Fn(&S) -> Result<(), &'static str>,
) -> Option<Option<S>> {
    match value? {
        Some(value) => validated_secret(builder, Some(value), check).map(Some),
        None => Some(None),
    }
}

/// A nested struct that may be missing: `Some(None)` where no source has any of its fields, which are then passed over.
pub fn nested_opt<N>(
    builder: &mut Builder<'_>,
    structure: &'static Struct,
    build: fn(&mut Builder<'_>) -> Option<N>,
) -> Option<Option<N>> {
    if builder.all_absent(structure.leaves()) {
        return Some(None);
    }
    build(builder).map(Some)
}

/// The text of a value for a parser of the application's own.
fn text<'v>(node: &'v Node, field: &Field) -> Result<&'v str, Wrong> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => decode::fits(text, field).map(|()| &***text),
        other => Err(Wrong::not_a_text(other)),
    }
}

/// What was decoded, or the problem noted.
fn settled<T>(builder: &mut Builder<'_>, read: Result<T, Wrong>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(wrong) => {
            builder.note(builder.current(), What::Wrong(wrong));
            None
        }
    }
}

/// What a parser of the application's own said, or the problem noted.
fn judged<T, E: Display>(
    builder: &mut Builder<'_>,
    read: Result<Result<T, E>, Wrong>,
) -> Option<T> {
    match settled(builder, read)? {
        Ok(value) => Some(value),
        Err(error) => {
            let foreign = !builder.field(builder.current()).is_secret();
            note_current(builder, ProblemKind::Refused, error.to_string(), foreign);
            None
        }
    }
}

fn out_of_range(builder: &mut Builder<'_>) {
    let words = format!("not within {}", builder.field(builder.current()).range);
    note_current(builder, ProblemKind::OutOfRange, words, false);
}

/// Notes a problem of the field whose turn it was last.
fn note_current(builder: &mut Builder<'_>, kind: ProblemKind, words: String, foreign: bool) {
    builder.check_failed(builder.current(), kind, words, foreign);
}
