//! What could not be loaded: every problem of every field, in one error.

#[cfg(feature = "miette")]
mod diagnostic;
mod render;

use std::fmt;
use std::sync::Arc;

use crate::origin::{Absence, Origin};
use crate::source::FailureKind;

/// Every problem of a load, in declaration order. Its `Debug` is its `Display`, because `main` prints that.
///
/// It holds no byte of a secret and wraps no foreign error: [`source`](std::error::Error::source) is always none. A clone
/// shares what it says.
///
/// ```
/// use config_core::{ProblemKind, Secrets};
///
/// #[derive(Secrets)]
/// struct Settings {
///     #[setting(required)]
///     port: u16,
/// }
///
/// let error = Settings::loader().env([("PORT", "http")]).load().err().unwrap();
/// let problem = error.iter().next().unwrap();
/// assert_eq!(problem.path(), "port");
/// assert_eq!(problem.kind(), ProblemKind::WrongType);
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

struct Inner {
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
    profile: Option<String>,
    /// What to say where profiles are declared and none is in force.
    no_profile: Option<String>,
    /// The names of the declaration, which may be shown where a file is.
    #[cfg(feature = "miette")]
    names: std::collections::BTreeSet<&'static str>,
    #[cfg(feature = "miette")]
    pointed: std::sync::OnceLock<Vec<Box<dyn miette::Diagnostic + Send + Sync>>>,
}

/// One thing that is wrong, and where.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(required)] port: u16 }
/// let error = Settings::loader().env([("X", "")]).load().err().unwrap();
/// let problem = error.iter().next().unwrap();
/// assert_eq!(problem.message(), "missing");
/// assert_eq!(problem.tried()[0].to_string(), "env PORT (not set)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    pub(crate) path: String,
    pub(crate) kind: ProblemKind,
    pub(crate) message: String,
    pub(crate) origin: Option<Origin>,
    pub(crate) tried: Vec<Tried>,
    pub(crate) hint: Option<String>,
    /// Whether it is of one field, and not of the load as a whole.
    pub(crate) of_field: bool,
    /// Whether it is of a store as a whole, which fails in the same way whatever it is asked for.
    pub(crate) of_store: bool,
}

/// The sorts of problem. Absent, empty, denied, unreachable and malformed are never mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// No source has it.
    Missing,
    /// No source has a text for it, but at least one has the name with an empty one.
    Empty,
    /// The text does not read as the field's type.
    WrongType,
    /// The text does not have the declared format.
    WrongFormat,
    /// The value is outside the declared range.
    OutOfRange,
    /// The text or list is too short or too long.
    WrongLength,
    /// The value is not one of the declared ones.
    NotOneOf,
    /// A validator of the application refused it.
    Refused,
    /// A source refused to answer.
    Denied,
    /// A source could not be reached or read.
    Unreachable,
    /// What a source holds cannot be read.
    Malformed,
    /// A file, directory or source that must be there is not.
    NotFound,
    /// A source that the profile lists lacks its own settings.
    NotConfigured,
    /// What a source was asked for, or the credential that it was asked with, is no longer valid.
    Expired,
    /// The profile is not a declared one.
    UnknownProfile,
    /// A name that no setting has, under [`strict`](crate::Loader::strict) or in [`set`](crate::Loader::set).
    UnknownName,
    /// A warning that [`strict`](crate::Loader::strict) makes a problem.
    Strict,
    /// The load of the settings of the whole process asked for those very settings, or a part of a refresh of live
    /// settings for a refresh of them.
    Circular,
}

/// A source that was asked and did not give the value.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(required)] port: u16 }
/// let error = Settings::loader().env([("X", "")]).load().err().unwrap();
/// assert_eq!(error.iter().next().unwrap().tried()[0].source(), "env");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub(crate) source: String,
    pub(crate) absence: Absence,
}

/// Something worth knowing that does not stop a load.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # #[secrets(prefix = "APP")]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let loaded = Settings::loader().env([("APP_PROT", "1")]).load_report()?;
/// assert_eq!(
///     loaded.report.warnings()[0].to_string(),
///     "APP_PROT is set but no setting has that name; did you mean APP_PORT?",
/// );
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub(crate) kind: WarningKind,
    pub(crate) message: String,
}

/// The sorts of warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// A name that carries the prefix but that no setting has.
    UnknownName,
    /// A deprecated name was used.
    DeprecatedName,
    /// A remark of a source: permissions, duplicate keys.
    Source,
    /// A further source that fails, which a field would be stopped by next, or one whose failure was passed over.
    Failing,
}

impl Error {
    pub(crate) fn new(
        problems: Vec<Problem>,
        warnings: Vec<Warning>,
        profile: Option<String>,
    ) -> Self {
        debug_assert!(!problems.is_empty());
        let inner = Inner {
            problems,
            warnings,
            profile,
            no_profile: None,
            #[cfg(feature = "miette")]
            names: std::collections::BTreeSet::new(),
            #[cfg(feature = "miette")]
            pointed: std::sync::OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Says why no profile is in force, where one might be meant to be.
    pub(crate) fn without_profile(mut self, why: Option<String>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.no_profile = why;
        }
        self
    }

    /// Lets the names of a declaration be shown where a file is.
    #[cfg(feature = "miette")]
    pub(crate) fn naming(mut self, schema: &'static crate::schema::Schema) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            for leaf in schema.leaves() {
                inner.names.extend(leaf.path().split('.'));
                inner.names.extend(leaf.variables());
            }
        }
        self
    }

    #[cfg(not(feature = "miette"))]
    pub(crate) fn naming(self, _schema: &'static crate::schema::Schema) -> Self {
        self
    }

    /// The problems, in declaration order.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] port: u16 }
    /// let error = Settings::loader().env([("X", "")]).load().err().unwrap();
    /// assert_eq!(error.iter().count(), 1);
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.inner.problems.iter()
    }

    /// What was noticed besides.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] port: u16 }
    /// let error = Settings::loader().env([("X", "")]).load().err().unwrap();
    /// assert!(error.warnings().is_empty());
    /// ```
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.inner.warnings
    }

    /// The profile that was in force.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] port: u16 }
    /// let error = Settings::loader().env([("X", "")]).profile("staging").load().err().unwrap();
    /// assert_eq!(error.profile(), Some("staging"));
    /// ```
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.inner.profile.as_deref()
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::error(self, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::error(self, f)
    }
}

impl<'a> IntoIterator for &'a Error {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Problem {
    pub(crate) fn new(
        path: impl Into<String>,
        kind: ProblemKind,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            kind,
            message: message.into(),
            origin: None,
            tried: Vec::new(),
            hint: None,
            of_field: true,
            of_store: false,
        }
    }

    /// A problem of the load as a whole.
    pub(crate) fn general(
        about: impl Into<String>,
        kind: ProblemKind,
        message: impl Into<String>,
    ) -> Self {
        Self { of_field: false, ..Self::new(about, kind, message) }
    }

    /// The path of the field, `smtp.host`; for a problem that is no field's, what it is about.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The sort of problem.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What is wrong, in a line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where the value that is wrong came from.
    #[must_use]
    pub const fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Where it was looked for, in the order of priority.
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Tried {
    /// The source as reports name it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What was looked at there, and why it gave nothing.
    #[must_use]
    pub const fn absence(&self) -> &Absence {
        &self.absence
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::origin::join(f, &self.source, &self.absence.key, self.absence.elsewhere)?;
        write!(f, " ({})", self.absence.reason())
    }
}

impl Warning {
    /// The sort of warning.
    #[must_use]
    pub const fn kind(&self) -> WarningKind {
        self.kind
    }
}

/// The store that a source asks, by the label of the source: `vault` of `vault secret/app`.
pub(crate) fn store(label: &str) -> &str {
    label.split(' ').next().unwrap_or(label)
}

/// A message without how often and how long it was tried, which differs where the cause does not.
pub(crate) fn cause(message: &str) -> Vec<&str> {
    message.split("; ").filter(|part| !part.contains(" attempts in ")).collect()
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ProblemKind {
    /// Whether it is a source that failed, not the value of one field.
    pub(crate) const fn is_of_a_source(self) -> bool {
        matches!(
            self,
            Self::Denied
                | Self::Unreachable
                | Self::Malformed
                | Self::NotFound
                | Self::NotConfigured
                | Self::Expired
        )
    }
}

#[cfg(feature = "live")]
impl ProblemKind {
    /// What is wrong, where nothing of the value may be shown.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::WrongType => "does not read as its type",
            Self::WrongFormat => "wrong format",
            Self::OutOfRange => "out of range",
            Self::WrongLength => "too short or too long",
            Self::NotOneOf => "not one of the declared values",
            Self::Refused => "refused by its validator",
            Self::Denied => "denied",
            Self::Unreachable => "unreachable",
            Self::Malformed => "malformed",
            Self::NotFound => "not found",
            Self::NotConfigured => "not configured",
            Self::Expired => "expired",
            Self::UnknownProfile => "unknown profile",
            Self::UnknownName => "unknown name",
            Self::Strict => "a warning, and the load is strict",
            Self::Circular => "asks for itself",
        }
    }
}

impl From<FailureKind> for ProblemKind {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::NotFound => Self::NotFound,
            FailureKind::Denied => Self::Denied,
            FailureKind::Unreachable => Self::Unreachable,
            FailureKind::Malformed => Self::Malformed,
            FailureKind::NotConfigured => Self::NotConfigured,
            FailureKind::Expired => Self::Expired,
            FailureKind::Conflict => Self::Refused,
        }
    }
}
