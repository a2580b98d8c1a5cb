//! What the secret types do, and the traits that they lack.

use std::cell::Cell;
use std::rc::Rc;

use super::{ExposeSecret, Secret, SecretBytes, SecretExt, SecretString, SecretValue, redacted};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Fails to compile where the type has the trait: then there are two ways to choose the parameter.
macro_rules! lacks {
    ($type:ty: $($forbidden:path),+ $(,)?) => {
        $(const _: fn() = || {
            trait Choice<Way> {
                fn choose() {}
            }
            impl<T: ?Sized> Choice<()> for T {}
            struct Forbidden;
            impl<T: ?Sized + $forbidden> Choice<Forbidden> for T {}
            <$type as Choice<_>>::choose();
        };)+
    };
}

macro_rules! lacks_all {
    ($($type:ty),+ $(,)?) => {
        $(lacks!($type:
            std::fmt::Display,
            std::fmt::LowerHex,
            std::ops::Deref,
            std::ops::DerefMut,
            std::convert::AsRef<str>,
            std::convert::AsRef<[u8]>,
            std::borrow::Borrow<str>,
            std::hash::Hash,
            std::cmp::PartialEq,
            std::cmp::PartialOrd,
            std::marker::Copy,
            std::iter::IntoIterator,
            serde_core::Serialize,
            serde_core::de::DeserializeOwned,
        );)+
    };
}

lacks_all!(
    SecretString,
    SecretBytes,
    Secret<u32>,
    Secret<String>,
    Secret<Vec<u8>>,
    Secret<[u8; 32]>
);

const fn wiped_and_sent_between_threads<T: ZeroizeOnDrop + Send + Sync>() {}
const _: () = {
    wiped_and_sent_between_threads::<SecretString>();
    wiped_and_sent_between_threads::<SecretBytes>();
    wiped_and_sent_between_threads::<Secret<String>>();
};

/// Notes that it was wiped.
struct Witness(Rc<Cell<u32>>);

impl Zeroize for Witness {
    fn zeroize(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl SecretValue for Witness {}

#[test]
fn a_secret_is_wiped_when_dropped() {
    let wiped = Rc::new(Cell::new(0));
    drop(Secret::new(Witness(Rc::clone(&wiped))));
    assert_eq!(wiped.get(), 1);
}

#[test]
fn bytes_are_wiped_on_demand() {
    let mut bytes = SecretBytes::from(vec![1, 2, 3]);
    bytes.zeroize();
    assert!(bytes.expose_secret().is_empty());
}

#[test]
fn debug_shows_the_type_and_no_value() {
    assert_eq!(
        format!("{:?}", Secret::new("hunter2".to_owned())),
        "Secret<alloc::string::String>([REDACTED])"
    );
    assert_eq!(format!("{:#?}", SecretBytes::from(b"hunter2".to_vec())), "SecretBytes([REDACTED])");
    assert!(!format!("{:?}", SecretString::from("hunter2")).contains("hunter2"));
}

#[test]
fn a_secret_can_be_cloned_where_its_value_can() {
    let secret = Secret::new(vec![1_u8]);
    let twin = secret.clone();
    drop(secret);
    assert_eq!(twin.expose_secret(), &[1]);
}

#[test]
fn secrets_of_different_types_compare_by_their_bytes() {
    let text = SecretString::from("abc");
    assert!(text.ct_eq("abc"));
    assert!(text.ct_eq(&"abc"));
    assert!(text.ct_eq(b"abc"));
    assert!(text.ct_eq(&b"abc"[..]));
    assert!(text.ct_eq(&"abc".to_owned()));
    assert!(text.ct_eq(&SecretBytes::from(b"abc".to_vec())));
    assert!(text.ct_eq(&Secret::new("abc".to_owned())));
    assert!(Secret::new("abc".to_owned()).ct_eq(&text));
    for other in ["", "ab", "abcd", "abd", "ABC"] {
        assert!(!text.ct_eq(other), "{other}");
    }
}

#[test]
fn a_secret_serializes_as_redacted() {
    let mut json = Vec::new();
    redacted(&SecretString::from("hunter2"), &mut serde_json::Serializer::new(&mut json)).unwrap();
    assert_eq!(json, b"\"[REDACTED]\"");
}
