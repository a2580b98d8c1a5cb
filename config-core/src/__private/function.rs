//! Functions of the application that stand in attributes. A trait for each, so that one that does not fit is told in
//! words that name the attribute.

use std::fmt::Display;

use crate::build::compose::{Part, Place, valid_struct};
use crate::build::{Builder, take};
use crate::decode::SecretType;
use crate::secret::SecretString;
use crate::secrets::{Invalid, Secrets};

/// `parse = path` on a setting.
#[diagnostic::on_unimplemented(
    message = "`parse` needs a function `fn(&str) -> Result<{T}, E>` with an error that is `Display`",
    label = "not such a function"
)]
pub trait ParseWith<T> {
    /// A field that has to be there, or has a text default.
    fn parse(self, cx: &mut Builder<'_>) -> Option<T>;
    /// An optional field.
    fn parse_opt(self, cx: &mut Builder<'_>) -> Option<Option<T>>;
    /// A field with a default.
    fn parse_or(self, cx: &mut Builder<'_>, default: fn() -> T) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T, E: Display, F: Fn(&str) -> Result<T, E>> ParseWith<T> for F {
    fn parse(self, cx: &mut Builder<'_>) -> Option<T> {
        take::parsed(cx, self)
    }
    fn parse_opt(self, cx: &mut Builder<'_>) -> Option<Option<T>> {
        take::parsed_opt(cx, self)
    }
    fn parse_or(self, cx: &mut Builder<'_>, default: fn() -> T) -> Option<T> {
        take::parsed_or(cx, self, default)
    }
}

/// `parse = path` on a secret.
#[diagnostic::on_unimplemented(
    message = "`parse` needs a function `fn(&str) -> Result<{T}, E>`, and `{T}` has to be a type for secrets: `SecretString`, `SecretBytes`, `Secret<_>`",
    label = "not such a function"
)]
pub trait ParseSecretWith<T> {
    /// A field that has to be there.
    fn parse(self, cx: &mut Builder<'_>) -> Option<T>;
    /// An optional field.
    fn parse_opt(self, cx: &mut Builder<'_>) -> Option<Option<T>>;
}

#[diagnostic::do_not_recommend]
impl<T: SecretType, E, F: Fn(&str) -> Result<T, E>> ParseSecretWith<T> for F {
    fn parse(self, cx: &mut Builder<'_>) -> Option<T> {
        take::parsed_secret(cx, self)
    }
    fn parse_opt(self, cx: &mut Builder<'_>) -> Option<Option<T>> {
        take::parsed_secret_opt(cx, self)
    }
}

/// `validate = path` on a setting.
#[diagnostic::on_unimplemented(
    message = "`validate` needs a function `fn(&{T}) -> Result<(), E>` with an error that is `Display`",
    label = "not such a function"
)]
pub trait ValidateWith<T> {
    /// A field that is there.
    fn check(self, cx: &mut Builder<'_>, value: Option<T>) -> Option<T>;
    /// An optional field.
    fn check_opt(self, cx: &mut Builder<'_>, value: Option<Option<T>>) -> Option<Option<T>>;
}

#[diagnostic::do_not_recommend]
impl<T, E: Display, F: Fn(&T) -> Result<(), E>> ValidateWith<T> for F {
    fn check(self, cx: &mut Builder<'_>, value: Option<T>) -> Option<T> {
        take::validated(cx, value, self)
    }
    fn check_opt(self, cx: &mut Builder<'_>, value: Option<Option<T>>) -> Option<Option<T>> {
        take::validated_opt(cx, value, self)
    }
}

/// `validate = path` on a secret: its message is a constant, so that it cannot hold a part of the value.
#[diagnostic::on_unimplemented(
    message = "`validate` on a secret needs a function `fn(&{T}) -> Result<(), &'static str>`: a fixed message cannot hold a part of the secret",
    label = "not such a function"
)]
pub trait ValidateSecretWith<T> {
    /// A field that is there.
    fn check(self, cx: &mut Builder<'_>, value: Option<T>) -> Option<T>;
    /// An optional field.
    fn check_opt(self, cx: &mut Builder<'_>, value: Option<Option<T>>) -> Option<Option<T>>;
}

#[diagnostic::do_not_recommend]
impl<T, F: Fn(&T) -> Result<(), &'static str>> ValidateSecretWith<T> for F {
    fn check(self, cx: &mut Builder<'_>, value: Option<T>) -> Option<T> {
        take::validated_secret(cx, value, self)
    }
    fn check_opt(self, cx: &mut Builder<'_>, value: Option<Option<T>>) -> Option<Option<T>> {
        take::validated_secret_opt(cx, value, self)
    }
}

/// `validate = path` on a struct.
#[diagnostic::on_unimplemented(
    message = "`validate` on a struct needs a function `fn(&{T}) -> Result<(), config_core::Invalid>`",
    label = "not such a function"
)]
pub trait ValidateStructWith<T> {
    /// A finished struct, which begins at that place.
    fn check(self, cx: &mut Builder<'_>, place: Place, value: T) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T: Secrets, F: Fn(&T) -> Result<(), Invalid>> ValidateStructWith<T> for F {
    fn check(self, cx: &mut Builder<'_>, place: Place, value: T) -> Option<T> {
        valid_struct(cx, place, value, self)
    }
}

/// A setting in a template.
#[diagnostic::on_unimplemented(
    message = "`compose` cannot write a `{Self}` into its text",
    label = "a field named in a template needs a type that is `Display`"
)]
pub trait SettingPart: Sized {
    /// The value, where it was loaded.
    fn part(value: &Option<Self>) -> Part<'_>;
}

#[diagnostic::do_not_recommend]
impl<T: Display> SettingPart for T {
    fn part(value: &Option<Self>) -> Part<'_> {
        Part::setting(value)
    }
}

/// A secret in a template.
#[diagnostic::on_unimplemented(
    message = "`compose` cannot write a `{Self}` into its text",
    label = "a secret named in a template needs the type `SecretString`"
)]
pub trait SecretPart: Sized {
    /// The value, where it was loaded.
    fn part(value: &Option<Self>) -> Part<'_>;
}

#[diagnostic::do_not_recommend]
impl SecretPart for SecretString {
    fn part(value: &Option<Self>) -> Part<'_> {
        Part::secret(value)
    }
}
