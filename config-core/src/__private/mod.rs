//! All that generated code may call. Nothing here is part of the public contract.

pub mod checks;
pub mod function;
#[cfg(feature = "testing")]
pub mod fuzz;
pub mod message;
pub mod nest;
pub mod probe;
pub mod verify;

pub use core::convert::{From, Into};
pub use core::option::Option::{self, None, Some};
pub use std::vec::Vec;

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
