//! All that generated code may call. Nothing here is part of the public contract.

pub mod checks;
pub mod function;
#[cfg(feature = "testing")]
pub mod fuzz;
#[cfg(all(feature = "live", any(test, feature = "testing")))]
pub mod herd;
#[cfg(feature = "live")]
pub mod live;
pub mod message;
pub mod nest;
#[cfg(all(feature = "_net", feature = "testing"))]
pub mod net;
pub mod probe;
pub mod verify;

pub use core::convert::{From, Into};
pub use core::option::Option::{self, None, Some};
pub use std::vec::Vec;

pub use crate::__config_holdings as holdings;
pub use crate::build::Builder;
pub use crate::build::compose::{Part, Piece, Place, composed, here, later};
pub use crate::build::take::{RangeOf, SecretField, Setting, SizeOf, nested_opt};
pub use crate::decode::SecretType;
pub use crate::schema::compose::{Shape, Texts, Tree};
pub use crate::schema::declare::{
    Attr, DEFAULT_SOURCES, FormatSpec, Member, NO_STRUCT, Nested, OPTIONAL, REQUIRED, Struct,
    default_code, default_text, nested, secret, setting,
};
pub use crate::schema::{Entry, NO_SCHEMA, Presence, Profile, Schema};
pub use crate::secrets::Secrets;
pub use function::{
    ParseSecretWith, ParseWith, SecretPart, SettingPart, ValidateSecretWith, ValidateStructWith,
    ValidateWith,
};
pub use nest::Nest;
pub use verify::{Verification, VerifyWith, under};

/// In the implementation of `Secrets`: where each thread holds settings of this type.
#[cfg(all(feature = "live", not(loom)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __config_holdings {
    ($settings:ident) => {
        #[inline]
        fn __holdings() -> $crate::__private::Option<
            &'static $crate::__private::live::LocalKey<
                $crate::__private::live::Holdings<$settings>,
            >,
        > {
            ::std::thread_local! {
                static HOLDINGS: $crate::__private::live::Holdings<$settings> =
                    const { $crate::__private::live::Holdings::new() };
            }
            $crate::__private::Some(&HOLDINGS)
        }
    };
}

/// Nothing reads without the feature `live`.
#[cfg(not(all(feature = "live", not(loom))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __config_holdings {
    ($settings:ident) => {};
}
