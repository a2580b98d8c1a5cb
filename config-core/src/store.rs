//! Stores of secrets that can be written to: what rotation and tools need beyond reading.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use crate::source::Failure;
use crate::value::Node;

/// A store of secrets: each secret has a name and versions, of which one is the current one.
///
/// Every call works on a thread of its own and may be awaited on any executor, or without one by [`wait`]. A call that
/// writes is never made twice in silence: where the reply was lost, the failure says that the outcome is not known.
pub trait Store: Send + Sync {
    /// The name in reports: `vault http://127.0.0.1:8200`.
    fn label(&self) -> String;

    /// Writes a secret that does not exist yet.
    ///
    /// # Errors
    /// [`FailureKind::Conflict`](crate::FailureKind::Conflict) where it does.
    fn create<'a>(&'a self, name: &'a str, value: &'a Node) -> Done<'a, Version>;

    /// Writes a new version, which becomes the current one.
    ///
    /// # Errors
    /// [`FailureKind::Conflict`](crate::FailureKind::Conflict) where the current version is not the expected one;
    /// nothing was written then.
    fn put<'a>(&'a self, name: &'a str, value: &'a Node, expect: Expect<'a>) -> Done<'a, Version>;

    /// Reads a version, or the current one.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`](crate::FailureKind::NotFound) where there is no such secret or version.
    fn read<'a>(&'a self, name: &'a str, version: Option<&'a str>) -> Done<'a, Stored>;

    /// The versions, the newest first.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`](crate::FailureKind::NotFound) where there is no such secret.
    fn versions<'a>(&'a self, name: &'a str) -> Done<'a, Vec<Version>>;

    /// Takes one version out of use, for good where the store knows no way back.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`](crate::FailureKind::NotFound) where there is no such version.
    fn delete_version<'a>(&'a self, name: &'a str, version: &'a str) -> Done<'a, ()>;

    /// Takes the secret away with all its versions.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`](crate::FailureKind::NotFound) where there is none.
    fn delete<'a>(&'a self, name: &'a str) -> Done<'a, ()>;

    /// What the store knows of a secret beside its values.
    ///
    /// # Errors
    /// [`FailureKind::NotFound`](crate::FailureKind::NotFound) where there is none.
    fn metadata<'a>(&'a self, name: &'a str) -> Done<'a, Metadata>;
}

/// What a call of a store comes to.
pub type Done<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What a write expects to find.
///
/// ```
/// use config_core::store::Expect;
/// assert_ne!(Expect::Any, Expect::Version("7"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect<'a> {
    /// Whatever there is.
    Any,
    /// No secret of that name.
    Absent,
    /// This version as the current one.
    Version(&'a str),
}

/// A value as it was read.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The value.
    pub value: Node,
    /// Which version it is.
    pub version: Version,
}

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its name in the store: a number, or an identifier.
    pub id: String,
    /// When it was written, where the store says so.
    pub created: Option<SystemTime>,
    /// Whether it can be read.
    pub state: VersionState,
    /// What the store calls it beside its name: staging labels, aliases.
    pub stages: Vec<String>,
}

/// Whether a version can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionState {
    /// It can.
    Enabled,
    /// Not now; it can be enabled again.
    Disabled,
    /// It was deleted and can be brought back.
    Deleted,
    /// Its value is gone.
    Destroyed,
}

/// What a store knows of a secret beside its values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Metadata {
    /// When it was first written.
    pub created: Option<SystemTime>,
    /// When it was last written.
    pub updated: Option<SystemTime>,
    /// The current version.
    pub current: Option<String>,
    /// Labels, tags, or custom metadata, by their names.
    pub labels: BTreeMap<String, String>,
    /// When the store itself rotates it next.
    pub next_rotation: Option<SystemTime>,
}

impl Version {
    /// A version that can be read and of which nothing more is known.
    ///
    /// ```
    /// assert_eq!(config_core::store::Version::new("7").id, "7");
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), created: None, state: VersionState::Enabled, stages: Vec::new() }
    }
}

/// Blocks the thread until a call of a store is done.
///
/// ```
/// assert_eq!(config_core::store::wait(async { 1 + 1 }), 2);
/// ```
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    crate::park::wait(future)
}
