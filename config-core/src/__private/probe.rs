//! What is true of a type, as a constant: an inherent constant where the bound holds, else a trait's default.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::time::Duration;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use crate::decode::SecretType;

macro_rules! probe {
    ($(#[$doc:meta])* $name:ident, $otherwise:ident, $constant:ident, $($bound:tt)*) => {
        $(#[$doc])*
        pub struct $name<T: ?Sized>(PhantomData<T>);

        /// The answer for all other types.
        pub trait $otherwise {
            /// No.
            const $constant: bool = false;
        }

        impl<T: ?Sized> $otherwise for $name<T> {}

        impl<T: $($bound)*> $name<T> {
            /// Yes.
            pub const $constant: bool = true;
        }
    };
}

probe!(
    /// Whether a type is `Option`.
    OptionProbe, NotOption, IS_OPTION, IsOption);
probe!(
    /// Whether a type is a secret that serde could read as well.
    SecretProbe, NotSecret, IS_SECRET, SecretType + DeserializeOwned);
probe!(
    /// Whether a type can be serialized.
    SerializeProbe, NotSerialize, IS_SERIALIZE, Serialize);
probe!(
    /// Whether a type is made of text.
    TextProbe, NotText, IS_TEXT, Textual + ?Sized);

/// An `Option`, under whatever name.
pub trait IsOption {}

impl<T> IsOption for Option<T> {}

/// A text, or a container of texts; a type of the application's own is none.
pub trait Textual {}

impl Textual for str {}
impl Textual for String {}
impl Textual for Vec<u8> {}
impl<T: Textual> Textual for Vec<T> {}
impl<T: Textual + ?Sized> Textual for Box<T> {}
impl<T: Textual> Textual for [T] {}
impl<T: Textual + ToOwned + ?Sized> Textual for Cow<'_, T> {}
impl<T: Textual> Textual for Option<T> {}
impl<K, V: Textual, H> Textual for HashMap<K, V, H> {}
impl<K, V: Textual> Textual for BTreeMap<K, V> {}
impl<T: Textual, H> Textual for HashSet<T, H> {}
impl<T: Textual> Textual for BTreeSet<T> {}
impl<T: Textual> Textual for VecDeque<T> {}

/// How a literal is read as a type.
#[derive(Debug, Clone, Copy)]
pub enum Reads {
    /// As an integer within bounds.
    Integer {
        /// The least.
        from: i128,
        /// The greatest; none beyond what `i128` holds.
        to: Option<i128>,
    },
    /// As a truth value.
    Bool,
    /// As a duration.
    Duration,
    /// As a number with a fraction.
    Float,
    /// In its own way.
    Other,
}

/// How a literal is read as a type.
pub struct ReadsProbe<T: ?Sized>(PhantomData<T>);

/// The answer for all other types.
pub trait ReadsOtherwise {
    /// In its own way.
    const READS: Reads = Reads::Other;
}

/// A type whose literals can be checked.
pub trait ReadsAs {
    /// How.
    const AS: Reads;
}

impl<T: ?Sized> ReadsOtherwise for ReadsProbe<T> {}

impl<T: ReadsAs> ReadsProbe<T> {
    /// How.
    pub const READS: Reads = T::AS;
}

macro_rules! integers {
    ($($int:ty)*) => {
        $(impl ReadsAs for $int {
            const AS: Reads = Reads::Integer { from: <$int>::MIN as i128, to: Some(<$int>::MAX as i128) };
        })*
    };
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize i128);

impl ReadsAs for u128 {
    const AS: Reads = Reads::Integer { from: 0, to: None };
}

impl ReadsAs for bool {
    const AS: Reads = Reads::Bool;
}

impl ReadsAs for Duration {
    const AS: Reads = Reads::Duration;
}

impl ReadsAs for f32 {
    const AS: Reads = Reads::Float;
}

impl ReadsAs for f64 {
    const AS: Reads = Reads::Float;
}
