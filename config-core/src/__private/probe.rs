//! What is true of a type, as a constant: an inherent constant where the bound holds, else a trait's default.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use zeroize::Zeroize;

use crate::decode::SecretType;
use crate::secret::{Secret, SecretBytes, SecretString};
use crate::secrets::Secrets;

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

probe!(
    /// Whether a type declares settings of its own.
    NestedProbe, NotNested, IS_NESTED, Secrets);

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

/// What `len` counts of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The characters of a text; the bytes of what is bytes already.
    Characters,
    /// The elements of a list, the entries of a map.
    Elements,
    /// It has no length that is known here.
    Nothing,
}

/// What `len` counts of a type.
pub struct CountsProbe<T: ?Sized>(PhantomData<T>);

/// The answer for all other types.
pub trait CountsNothing {
    /// None.
    const COUNTS: Counts = Counts::Nothing;
}

/// A type that has a length.
pub trait Counted {
    /// In what.
    const IN: Counts;
}

impl<T: ?Sized> CountsNothing for CountsProbe<T> {}

impl<T: Counted + ?Sized> CountsProbe<T> {
    /// In what.
    pub const COUNTS: Counts = T::IN;
}

macro_rules! counted {
    ($unit:ident: $(($($generics:tt)*) $ty:ty;)*) => {
        $(impl<$($generics)*> Counted for $ty {
            const IN: Counts = Counts::$unit;
        })*
    };
}

counted!(Characters:
    () str; () String; () Path; () PathBuf; () SecretString; () SecretBytes; (T: Zeroize) Secret<T>;);
counted!(Elements:
    (T) [T]; (T, const N: usize) [T; N]; (T) Vec<T>; (T) VecDeque<T>; (T) BTreeSet<T>; (T, H) HashSet<T, H>;
    (K, V) BTreeMap<K, V>; (K, V, H) HashMap<K, V, H>;);

impl<T: Counted + ?Sized> Counted for Box<T> {
    const IN: Counts = T::IN;
}

impl<T: Counted + ToOwned + ?Sized> Counted for Cow<'_, T> {
    const IN: Counts = T::IN;
}

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
