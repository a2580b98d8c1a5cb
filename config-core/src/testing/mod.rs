//! The test kit: load settings in a test without touching the process, and show that no text holds a secret.
//!
//! * [`load`] reads pairs instead of the environment, and no file; a [`Sandbox`] adds files.
//! * [`load_with`] runs any [`Loader`]. All three give [`Loaded`] or [`Failed`], which know every secret
//!   that the sources gave: [`assert_no_secrets`] looks for them in a text, in every common encoding.
//! * [`Recording`] is a source that remembers what it was asked.
//!
//! ```toml
//! [dev-dependencies]
//! config-core = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use config_core::{SecretString, Secrets, testing};
//!
//! #[derive(Debug, Secrets)]
//! #[secrets(prefix = "APP")]
//! struct Settings {
//!     #[secret(required, format = url("postgres"))]
//!     database_url: SecretString,
//!     #[setting(default = 8080)]
//!     port: u16,
//! }
//!
//! let failed = testing::load::<Settings>([
//!     ("APP_DATABASE_URL", "mysql://app:n0t-a-real-one@db.example/app"),
//!     ("APP_PORT", "http"),
//! ])
//! .unwrap_err();
//! assert_eq!(failed.error.iter().count(), 2);
//! testing::assert_no_secrets(failed.error.to_string(), &failed);
//! ```

mod canaries;
mod disguise;
mod recording;
mod sandbox;
#[cfg(test)]
mod tests;

use std::fmt;

pub use canaries::{Canaries, Leak, assert_no_secrets};
pub use recording::{Asked, Recording};
pub use sandbox::Sandbox;

use crate::error::Error;
use crate::loader::Loader;
use crate::report::Report;
use crate::resolve::Tap;
use crate::schema::Schema;
use crate::secrets::Secrets;
use crate::value::{Node, Value};

/// Settings that were loaded in a test, how, and the secrets that the load met. Its `Debug` is the report.
#[non_exhaustive]
pub struct Loaded<S> {
    /// The settings.
    pub settings: S,
    /// Where each came from, and the warnings.
    pub report: Report,
    /// Every secret that a source gave, also those that a higher source hid.
    pub secrets: Canaries,
}

/// A load that failed in a test, and the secrets that it met until then. Its `Debug` and `Display` are the error's.
#[non_exhaustive]
pub struct Failed {
    /// What went wrong.
    pub error: Error,
    /// Every secret that a source gave.
    pub secrets: Canaries,
}

/// Loads from these pairs as the environment, without any file.
///
/// # Errors
/// What [`Loader::load`] says, with the secrets that were met until then.
///
/// ```
/// use config_core::{Secrets, testing};
///
/// #[derive(Secrets)]
/// #[secrets(prefix = "APP")]
/// struct Settings {
///     #[setting(default = 8080, range = 1024..=65535)]
///     port: u16,
/// }
///
/// assert_eq!(testing::load::<Settings>([("APP_PORT", "9000")])?.settings.port, 9000);
/// let failed = testing::load::<Settings>([("APP_PORT", "80")]).unwrap_err();
/// assert!(failed.to_string().contains("80 is not within 1024..=65535"));
/// # Ok::<(), config_core::Error>(())
/// ```
pub fn load<S: Secrets>(
    environment: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> Result<Loaded<S>, Failed> {
    Sandbox::new().load(environment)
}

/// Runs a loader and notes every secret that its sources give.
///
/// Unless the loader was told otherwise it reads the process environment and the files around the working directory;
/// [`Sandbox::loader`] makes one that does not.
///
/// # Errors
/// What [`Loader::load`] says, with the secrets that were met until then.
///
/// ```
/// use config_core::{SecretString, Secrets, testing::{self, Sandbox}};
///
/// #[derive(Debug, Secrets)]
/// #[secrets(profile(production, sources(env)))]
/// struct Settings {
///     #[secret(required, format = any)]
///     token: SecretString,
/// }
///
/// let sandbox = Sandbox::new();
/// sandbox.file(".env", "TOKEN=not-for-production");
/// let loader = sandbox.loader::<Settings>([("TOKEN", "")]).profile("production");
/// let failed = testing::load_with(loader).unwrap_err();
/// assert!(failed.to_string().contains("env TOKEN (empty)"));
/// ```
pub fn load_with<S: Secrets>(loader: Loader<S>) -> Result<Loaded<S>, Failed> {
    let tap = Tap::default();
    let loaded = loader.tapped(&tap).load_report();
    let secrets = learned(S::schema(), &tap);
    match loaded {
        Ok(loaded) => Ok(Loaded { settings: loaded.settings, report: loaded.report, secrets }),
        Err(error) => Err(Failed { error, secrets }),
    }
}

impl<S> AsRef<Canaries> for Loaded<S> {
    fn as_ref(&self) -> &Canaries {
        &self.secrets
    }
}

impl AsRef<Canaries> for Failed {
    fn as_ref(&self) -> &Canaries {
        &self.secrets
    }
}

impl<S> fmt::Debug for Loaded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.report, f)
    }
}

impl std::error::Error for Failed {}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

/// The secrets among the values that passed a tap. What the declaration says, and the settings, are public.
fn learned(schema: &'static Schema, tap: &Tap) -> Canaries {
    let mut canaries = Canaries::none();
    canaries.expect(format!("{schema:?}").as_bytes());
    for (leaf, node) in tap.values() {
        let of = &schema.leaves()[leaf];
        if of.field().is_secret() {
            learn(&mut canaries, of.path(), &node);
        } else {
            publish(&mut canaries, &node);
        }
    }
    canaries
}

fn learn(canaries: &mut Canaries, path: &str, node: &Node) {
    match &node.value {
        Value::Text(text) | Value::Number(text) | Value::Notation(text) => {
            canaries.add(path, text.as_bytes());
        }
        Value::Bytes(bytes) => canaries.add(path, bytes),
        Value::List(list) => list.iter().for_each(|node| learn(canaries, path, node)),
        Value::Map(map) => map.iter().for_each(|(_, node)| learn(canaries, path, node)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn publish(canaries: &mut Canaries, node: &Node) {
    match &node.value {
        Value::Text(text) | Value::Number(text) | Value::Notation(text) => {
            canaries.expect(text.as_bytes());
        }
        Value::List(list) => list.iter().for_each(|node| publish(canaries, node)),
        Value::Map(map) => map.iter().for_each(|(_, node)| publish(canaries, node)),
        Value::Bytes(_) | Value::Null | Value::Bool(_) => {}
    }
}
