//! Why a source could not answer.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::format::duration;
use crate::value::Position;

/// Why a source could not answer. It never quotes a value, nor the backend's words where they may hold one.
///
/// Its `Debug`, which `main` prints where it returns one, is its `Display` and what to do about it.
///
/// ```
/// use config_core::{Failure, FailureKind};
/// let failure = Failure::new(FailureKind::Denied, "permission denied").hint("chmod u+r app.json");
/// assert_eq!(failure.kind(), FailureKind::Denied);
/// assert_eq!(format!("{failure:?}"), "permission denied; fix: chmod u+r app.json");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: Cow<'static, str>,
    pub(crate) key: Option<Cow<'static, str>>,
    /// Whether the key names the place too, and so stands in the source's stead.
    pub(crate) elsewhere: bool,
    pub(crate) file: Option<Arc<Path>>,
    pub(crate) at: Position,
    pub(crate) hint: Option<Cow<'static, str>>,
    /// For how many seconds whoever was asked wants to be left alone.
    pub(crate) retry_after: Option<NonZeroU32>,
    /// Whether it is of the store as a whole, which fails in the same way whatever it is asked for.
    pub(crate) of_store: bool,
}

/// The sorts of failure, told apart because what to do about each differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A place that has to be there is not: a file given by name, a declared source that nobody supplied.
    NotFound,
    /// The source refused: permissions, policy, credentials.
    Denied,
    /// The source could not be reached, or did not answer in time.
    Unreachable,
    /// What the source holds cannot be read: syntax, encoding, a size over the limit.
    Malformed,
    /// The source was asked for by a profile but lacks its own settings.
    NotConfigured,
    /// What was asked for, or the credential that it was asked with, is no longer valid.
    Expired,
    /// What a write found is not what it expected; somebody else was there before.
    Conflict,
}

impl Failure {
    /// A failure in words that hold no value.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Unreachable, "no answer within 10 s");
    /// assert_eq!(failure.to_string(), "no answer within 10 s");
    /// ```
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            key: None,
            elsewhere: false,
            file: None,
            at: Position::default(),
            hint: None,
            retry_after: None,
            of_store: false,
        }
    }

    /// Adds the name that was asked for, where the failure is of that one name.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Malformed, "not UTF-8").key("APP_TOKEN");
    /// assert_eq!(failure.to_string(), "APP_TOKEN: not UTF-8");
    /// ```
    #[must_use]
    pub fn key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds the name that was asked for, with the place that it stands in, where that is not the place that the
    /// source's label names.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Denied, "permission denied").elsewhere("secret/db#url");
    /// assert_eq!(failure.to_string(), "secret/db#url: permission denied");
    /// ```
    #[must_use]
    pub fn elsewhere(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.elsewhere = true;
        self.key(key)
    }

    /// Adds the file and the place in it.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind, Position};
    /// let failure = Failure::new(FailureKind::Malformed, "expected `,` or `}`")
    ///     .in_file(std::path::Path::new("a.json").into(), Position { line: 2, column: 5 });
    /// assert_eq!(failure.to_string(), "a.json, line 2, column 5: expected `,` or `}`");
    /// ```
    #[must_use]
    pub fn in_file(mut self, file: Arc<Path>, at: Position) -> Self {
        self.file = Some(file);
        self.at = at;
        self
    }

    /// Adds what to do about it.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let failure = Failure::new(FailureKind::Denied, "permission denied").hint("chmod u+r secrets.json");
    /// assert_eq!(failure.kind(), FailureKind::Denied);
    /// ```
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds how long whoever was asked wants to be left alone, in whole seconds: live settings do not ask again before.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// use std::time::Duration;
    /// let failure = Failure::new(FailureKind::Unreachable, "too many requests");
    /// assert!(failure.clone() != failure.retry_after(Duration::from_secs(30)));
    /// ```
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
        self.retry_after = NonZeroU32::new(u32::try_from(seconds).unwrap_or(u32::MAX));
        self
    }

    /// The sort of failure.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// assert_eq!(Failure::new(FailureKind::Denied, "").kind(), FailureKind::Denied);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Says that it is of the store as a whole: no connection, no login.
    #[cfg(feature = "_net")]
    pub(crate) const fn of_store(mut self) -> Self {
        self.of_store = true;
        self
    }

    /// The failure of a source that panicked; what it said may hold a value.
    pub(crate) fn panicked() -> Self {
        Self::new(FailureKind::Unreachable, "the source panicked while it was asked")
    }

    /// The failure of what did not come in the time that the load has.
    pub(crate) fn late(after: Duration) -> Self {
        let message = format!("no answer within {}", duration::shown(after));
        Self::new(FailureKind::Unreachable, message)
            .hint("find out what holds it up, or give the load more time: `.deadline(..)`")
    }

    /// The failure of a variable that is set, but not to UTF-8 text.
    pub(crate) fn not_utf8(variable: &str) -> Self {
        Self::new(FailureKind::Malformed, "the variable is not UTF-8 text").key(variable.to_owned())
    }

    /// The failure of reading a file, told apart by what the operating system said.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind};
    /// let error = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let failure = Failure::io(&error, std::path::Path::new("a.json").into());
    /// assert_eq!(failure.kind(), FailureKind::Denied);
    /// ```
    #[must_use]
    pub fn io(error: &std::io::Error, file: Arc<Path>) -> Self {
        use std::io::ErrorKind;
        let (kind, message) = match error.kind() {
            ErrorKind::NotFound => (FailureKind::NotFound, "no such file"),
            ErrorKind::PermissionDenied => (FailureKind::Denied, "permission denied"),
            ErrorKind::IsADirectory => (FailureKind::Malformed, "is a directory, not a file"),
            ErrorKind::NotADirectory => {
                (FailureKind::NotFound, "a part of the path is not a directory")
            }
            ErrorKind::TimedOut => (FailureKind::Unreachable, "reading it took too long"),
            _ => (FailureKind::Unreachable, "the operating system could not read it"),
        };
        Self::new(kind, message).in_file(file, Position::default())
    }
}

impl std::error::Error for Failure {}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        match &self.hint {
            Some(hint) => write!(f, "; fix: {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}", crate::origin::Plain(file.display()))?;
            if self.at.is_known() {
                write!(f, ", {}", self.at)?;
            }
            f.write_str(": ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}
