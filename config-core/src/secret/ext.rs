//! What one may do with a secret besides exposing it.

use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{Secret, SecretBytes};

/// Using a secret for a moment, and comparing it without telling by the time taken how much of it was right.
///
/// ```
/// use config_core::{SecretExt, SecretString};
/// let token = SecretString::from("hunter2");
/// assert_eq!(token.with_secret(str::len), 7);
/// assert!(token.ct_eq("hunter2"));
/// assert!(!token.ct_eq("hunter3"));
/// assert!(token.ct_eq(&SecretString::from("hunter2")));
/// ```
pub trait SecretExt<S: ?Sized>: ExposeSecret<S> {
    /// Calls a function with the secret, borrowed for that call alone.
    ///
    /// ```
    /// use config_core::{SecretExt, SecretBytes};
    /// let key = SecretBytes::from(vec![1, 2, 3]);
    /// assert_eq!(key.with_secret(<[u8]>::len), 3);
    /// ```
    fn with_secret<R>(&self, read: impl FnOnce(&S) -> R) -> R {
        read(self.expose_secret())
    }

    /// Whether both are the same bytes. The time that it takes tells whether the lengths are the same, and nothing
    /// else.
    ///
    /// ```
    /// use config_core::{Secret, SecretExt};
    /// let key = Secret::new([7_u8; 32]);
    /// assert!(key.ct_eq(&[7_u8; 32]));
    /// assert!(!key.ct_eq(&[7_u8; 31]));
    /// ```
    fn ct_eq(&self, other: &(impl Comparable + ?Sized)) -> bool
    where
        S: Comparable,
    {
        self.expose_secret().compared_bytes().ct_eq(other.compared_bytes()).into()
    }
}

impl<S: ?Sized, T: ExposeSecret<S> + ?Sized> SecretExt<S> for T {}

/// What a secret can be compared with: texts, bytes, and other secrets that hold such.
///
/// ```
/// use config_core::{SecretBytes, SecretExt};
/// assert!(SecretBytes::from(b"abc".to_vec()).ct_eq("abc"));
/// ```
pub trait Comparable {
    /// The bytes that are compared.
    #[doc(hidden)]
    fn compared_bytes(&self) -> &[u8];
}

impl Comparable for str {
    fn compared_bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Comparable for [u8] {
    fn compared_bytes(&self) -> &[u8] {
        self
    }
}

impl<const N: usize> Comparable for [u8; N] {
    fn compared_bytes(&self) -> &[u8] {
        self
    }
}

impl Comparable for String {
    fn compared_bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Comparable for Vec<u8> {
    fn compared_bytes(&self) -> &[u8] {
        self
    }
}

impl Comparable for SecretBytes {
    fn compared_bytes(&self) -> &[u8] {
        self.expose_secret()
    }
}

impl<T: Zeroize + Comparable + ?Sized> Comparable for SecretBox<T> {
    fn compared_bytes(&self) -> &[u8] {
        self.expose_secret().compared_bytes()
    }
}

impl<T: Zeroize + Comparable> Comparable for Secret<T> {
    fn compared_bytes(&self) -> &[u8] {
        self.expose_secret().compared_bytes()
    }
}

impl<T: Comparable + ?Sized> Comparable for &T {
    fn compared_bytes(&self) -> &[u8] {
        (**self).compared_bytes()
    }
}
