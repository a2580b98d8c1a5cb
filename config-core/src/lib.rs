//! Typed configuration for services whose settings include secrets.
//!
//! A struct declares what the service needs; [`load`](Secrets::load) reads it from the environment, `.env`, files and mounted
//! secrets, the first that has a value winning. Every problem is reported at once, and no text holds a secret.
//!
//! ```
//! use config_core::{ExposeSecret, SecretString, Secrets};
//!
//! /// Settings of the service.
//! #[derive(Debug, Secrets)]
//! #[secrets(prefix = "APP", sources(env, dotenv, file("secrets.json")))]
//! struct Settings {
//!     /// Postgres connection string.
//!     #[secret(required, format = url("postgres", "postgresql"))]
//!     database_url: SecretString,
//!
//!     /// Port that the server listens on.
//!     #[setting(default = 8080, range = 1024..=65535)]
//!     port: u16,
//! }
//!
//! let environment = [("APP_DATABASE_URL", "postgres://app:n0t-a-real-one@db.example/app")];
//! let settings = Settings::loader().env(environment).load()?;
//! assert_eq!(settings.port, 8080);
//! assert!(settings.database_url.expose_secret().starts_with("postgres://"));
//! assert!(!format!("{settings:?}").contains("n0t-a-real-one"));
//! # Ok::<(), config_core::Error>(())
//! ```
//!
//! | to | see |
//! |---|---|
//! | declare | the derive [`Secrets`](derive@Secrets), [`SecretString`], [`SecretBytes`], [`Secret`] |
//! | load | the trait [`Secrets`](trait@Secrets), [`Loader`], [`Resolver`] |
//! | know what is wrong | [`Error`], [`Problem`], [`ProblemKind`] |
//! | know what came from where | [`Loader::explain`], [`Report`], [`Plan`], [`Schema`] |
//! | follow changes | `Secrets::live`, `Live`, `Changes`, `Health`, with the feature `live` |
//! | add a source | [`Source`], [`Memory`] |
//! | test | the module `testing`, with the feature of that name |
//!
//! Attributes, sources, formats, profiles and features are listed in the README.
#![cfg_attr(not(feature = "scrub-env"), forbid(unsafe_code))]
#![cfg_attr(feature = "scrub-env", deny(unsafe_code))]

#[cfg(feature = "derive")]
#[doc = include_str!("attributes.md")]
pub use config_core_derive::Secrets;

pub use error::{Error, Problem, ProblemKind, Tried, Warning, WarningKind};
pub use format::{Format, PatternError, Preset, check_pattern};
#[cfg(feature = "live")]
pub use live::pool;
#[cfg(feature = "live")]
pub use live::{
    Cause, Change, Changes, Current, Expired, Health, Live, LiveBuilder, LiveField, Metrics,
    Reader, SourceHealth, State, WhenExpired,
};
pub use loader::{Loaded, Loader};
pub use origin::{Absence, Origin};
#[cfg(feature = "_net")]
pub use remote::Cache;
pub use report::{FieldOutcome, FieldReport, Plan, PlannedSource, Report};
pub use resolve::{Alert, AlertKind, OnFailure};
pub use resolver::Resolver;
pub use schema::{Entry, Field, FieldKind, Leaf, Presence, Profile, Schema};
pub use secret::{
    Comparable, ExposeSecret, Secret, SecretBox, SecretBytes, SecretExt, SecretString, SecretValue,
    redacted,
};
pub use secrets::{Invalid, Secrets};
pub use source::{
    Answer, Answers, Claims, Failure, FailureKind, Fetch, Found, Key, Policy, Source, SourcePlan,
    Unclaimed, Wanted,
};
#[cfg(feature = "aws")]
pub use sources::aws::{Aws, AwsBuilder, Rotation as AwsRotation, Schedule as AwsSchedule};
#[cfg(feature = "azure")]
pub use sources::azure::{Azure, AzureBuilder, AzureDeleted, AzureProperties, AzureVersion};
pub use sources::dir::Dir;
#[cfg(feature = "dotenv")]
pub use sources::dotenv::{self, Dotenv};
#[cfg(feature = "figment")]
pub use sources::figment::Provided;
#[cfg(feature = "gcp")]
pub use sources::gcp::{Gcp, GcpBuilder, Labels as GcpLabels};
pub use sources::memory::Memory;
#[cfg(feature = "vault")]
pub use sources::vault::{Vault, VaultBuilder};
pub use value::{Node, Position, Text, TextBuilder, Value};
#[cfg(feature = "wipe-alloc")]
#[doc(inline)]
pub use wiping::WipingAllocator;

#[cfg(feature = "age")]
pub mod age;
mod build;
#[cfg(any(feature = "_net", feature = "live"))]
mod clock;
mod decode;
mod document;
mod environment;
mod error;
mod format;
mod global;
#[cfg(feature = "live")]
mod live;
mod loader;
mod origin;
#[cfg(feature = "scrub-env")]
pub mod os;
mod park;
#[cfg(feature = "_net")]
mod remote;
mod report;
mod resolve;
mod resolver;
#[cfg(any(feature = "_net", all(feature = "live", any(test, feature = "testing"))))]
mod retry;
mod schema;
mod secret;
mod secrets;
mod source;
mod sources;
#[cfg(feature = "_net")]
pub mod store;
mod suggest;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod value;
#[cfg(feature = "wipe-alloc")]
mod wiping;

#[doc(hidden)]
pub mod __private;

/// The Rust in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
