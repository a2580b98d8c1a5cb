//! The types that hold secrets: none prints what it holds, each wipes it when dropped.

use std::fmt;

pub use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde_core::Serializer;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use ext::{Comparable, SecretExt};

mod ext;
#[cfg(test)]
mod tests;

/// What stands for a secret wherever one would be printed.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// Secret bytes, such as a key that is no text. Wiped when dropped.
///
/// ```
/// use config_core::{ExposeSecret, SecretBytes};
/// let key = SecretBytes::from(vec![1, 2, 3]);
/// assert_eq!(key.expose_secret(), [1, 2, 3]);
/// assert_eq!(format!("{key:?}"), "SecretBytes([REDACTED])");
/// ```
///
/// It can be neither printed nor compared nor serialized by accident:
///
/// ```compile_fail,E0277
/// println!("{}", config_core::SecretBytes::default());
/// ```
/// ```compile_fail,E0369
/// let same = config_core::SecretBytes::default() == config_core::SecretBytes::default();
/// ```
#[derive(Clone, Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

/// A secret of any type that can be wiped: a PIN, a pair of keys, a parsed credential.
///
/// The value lies in a box of its own, which is wiped when dropped.
///
/// ```
/// use config_core::{ExposeSecret, Secret};
/// let pin = Secret::new(4711_u32);
/// assert_eq!(*pin.expose_secret(), 4711);
/// assert_eq!(format!("{pin:?}"), "Secret<u32>([REDACTED])");
/// ```
///
/// It can be neither printed nor compared nor dereferenced by accident:
///
/// ```compile_fail,E0277
/// println!("{}", config_core::Secret::new(4711));
/// ```
/// ```compile_fail,E0369
/// let same = config_core::Secret::new(4711) == config_core::Secret::new(4711);
/// ```
/// ```compile_fail,E0614
/// let pin = *config_core::Secret::new(4711);
/// ```
pub struct Secret<T: Zeroize>(Box<T>);

/// Says that a type may stand in a [`Secret`]: wiping it leaves nothing behind, and it hands nothing on by itself.
///
/// For a type of one's own, have `Zeroize` wipe every field, and leave out `Display` and any `Debug` that shows one. A
/// value that is refused half-way drops the fields that were read already: where that matters, let them wipe
/// themselves, as `zeroize::Zeroizing<String>` does.
///
/// ```
/// use config_core::SecretValue;
/// use zeroize::Zeroize;
///
/// struct Pair {
///     user: String,
///     password: String,
/// }
///
/// impl Zeroize for Pair {
///     fn zeroize(&mut self) {
///         self.user.zeroize();
///         self.password.zeroize();
///     }
/// }
///
/// impl SecretValue for Pair {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not marked as a type for secrets",
    label = "cannot stand in `Secret<_>`",
    note = "if all of it may be wiped and none of it is printed by its own `Debug`, write `impl config_core::SecretValue for {Self} {{}}`"
)]
pub trait SecretValue {}

macro_rules! secret_values {
    ($($value:ty),*) => {
        $(#[diagnostic::do_not_recommend] impl SecretValue for $value {})*
    };
}

secret_values!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);
secret_values!(bool, char, String, Box<str>, Vec<u8>, Box<[u8]>);

#[diagnostic::do_not_recommend]
impl<T: SecretValue, const N: usize> SecretValue for [T; N] {}
#[diagnostic::do_not_recommend]
impl<T: SecretValue> SecretValue for Option<T> {}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for SecretBytes {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl ExposeSecret<[u8]> for SecretBytes {
    fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl Zeroize for SecretBytes {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({REDACTED})")
    }
}

impl<T: Zeroize> Secret<T> {
    /// Takes a value over.
    ///
    /// ```
    /// let pin = config_core::Secret::new([4, 7, 1, 1_u8]);
    /// # drop(pin);
    /// ```
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T: Zeroize> ExposeSecret<T> for Secret<T> {
    fn expose_secret(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> Zeroize for Secret<T> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> ZeroizeOnDrop for Secret<T> {}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{}>({REDACTED})", std::any::type_name::<T>())
    }
}

/// Serializes any value as `[REDACTED]`, for `#[serde(serialize_with = "config_core::redacted")]` on a field that
/// holds a secret.
///
/// ```
/// use config_core::SecretString;
///
/// #[derive(serde::Serialize)]
/// struct Report {
///     user: String,
///     #[serde(serialize_with = "config_core::redacted")]
///     password: SecretString,
/// }
///
/// let report = Report { user: "app".into(), password: "hunter2".into() };
/// assert_eq!(serde_json::to_string(&report).unwrap(), r#"{"user":"app","password":"[REDACTED]"}"#);
/// ```
///
/// # Errors
/// What the serializer itself fails with.
pub fn redacted<T: ?Sized, S: Serializer>(_: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(REDACTED)
}
