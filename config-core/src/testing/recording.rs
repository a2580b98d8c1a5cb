//! A source that remembers what it was asked.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::source::{Answer, Claims, Failure, Fetch, Key, Source, SourcePlan, Unclaimed, Wanted};
use crate::sources::memory::Memory;

/// A source that remembers which keys it was asked for, and how often it was asked at all: to show that a production
/// profile asks no `.env` file, that a remote source is asked once, or that a failure is told and not passed over.
///
/// ```
/// use config_core::{Secrets, testing::{Recording, Sandbox}};
///
/// #[derive(Secrets)]
/// #[secrets(sources(env, "vault"))]
/// struct Settings {
///     #[setting(required)]
///     host: String,
///     #[setting(default = 8080)]
///     port: u16,
/// }
///
/// let vault = Recording::pairs("vault", [("port", "9000")]);
/// let asked = vault.asked();
/// let settings = Sandbox::new().loader::<Settings>([("HOST", "localhost")]).source(vault).load()?;
/// assert_eq!(settings.port, 9000);
/// assert_eq!(asked.paths(), ["port"]);     // the environment had `host`
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Recording {
    source: Box<dyn Source>,
    asked: Asked,
}

/// What a [`Recording`] was asked; it goes on filling while the source is in use.
#[derive(Debug, Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<Vec<String>>>>);

/// A source that fails.
struct Failing {
    label: String,
    failure: Failure,
}

impl Recording {
    /// Records what another source is asked; it answers.
    ///
    /// ```
    /// # use config_core::{Memory, testing::Recording};
    /// let recording = Recording::of(Memory::pairs("flags", [("port", "9000")]));
    /// assert_eq!(recording.asked().times(), 0);
    /// ```
    pub fn of(source: impl Source + 'static) -> Self {
        Self { source: Box::new(source), asked: Asked::default() }
    }

    /// Answers from pairs of a field's path, or one of its variable names, and a text.
    ///
    /// ```
    /// # use config_core::testing::Recording;
    /// let recording = Recording::pairs("vault", [("database.password", "not-a-real-password")]);
    /// assert!(recording.asked().paths().is_empty());
    /// ```
    pub fn pairs<N: Into<String>, V: Into<String>>(
        label: impl Into<String>,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self::of(Memory::pairs(label, pairs))
    }

    /// Fails whatever it is asked.
    ///
    /// ```
    /// use config_core::{Failure, FailureKind, ProblemKind, Secrets, testing::{Recording, Sandbox}};
    ///
    /// #[derive(Secrets)]
    /// #[secrets(sources("vault", env))]
    /// struct Settings {
    ///     #[setting(required)]
    ///     port: u16,
    /// }
    ///
    /// let vault = Recording::failing("vault", Failure::new(FailureKind::Unreachable, "no answer"));
    /// let error = Sandbox::new().loader::<Settings>([("PORT", "1")]).source(vault).load().err().unwrap();
    /// assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::Unreachable);
    /// ```
    pub fn failing(label: impl Into<String>, failure: Failure) -> Self {
        Self::of(Failing { label: label.into(), failure })
    }

    /// What it was asked so far and will be.
    ///
    /// ```
    /// # use config_core::testing::Recording;
    /// let asked = Recording::pairs("vault", [("port", "1")]).asked();
    /// assert_eq!(asked.times(), 0);
    /// ```
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.asked.clone()
    }
}

impl Source for Recording {
    fn label(&self) -> String {
        self.source.label()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        let paths = wanted.keys().iter().map(|key| key.path().to_owned()).collect();
        self.asked.0.lock().unwrap_or_else(PoisonError::into_inner).push(paths);
        self.source.fetch(wanted)
    }

    fn __claim(&self, wanted: &Wanted<'_>) {
        self.source.__claim(wanted);
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        self.source.unclaimed(claims)
    }

    fn remarks(&self, claims: &Claims<'_>) -> Vec<String> {
        self.source.remarks(claims)
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        self.source.remedy(key)
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        self.source.plan(wanted)
    }

    fn due(&self) -> Option<Instant> {
        self.source.due()
    }

    fn good_until(&self) -> Option<Instant> {
        self.source.good_until()
    }

    fn watched(&self) -> Vec<PathBuf> {
        self.source.watched()
    }
}

impl Source for Failing {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::each(wanted, |_| Answer::Failed(self.failure.clone()))
    }
}

impl Asked {
    /// The paths of the keys it was asked for, in the order of the questions.
    ///
    /// ```
    /// # use config_core::testing::Recording;
    /// assert!(Recording::pairs("vault", [("port", "1")]).asked().paths().is_empty());
    /// ```
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).concat()
    }

    /// How many times it was asked; each time for all keys that are wanted from it.
    ///
    /// ```
    /// # use config_core::testing::Recording;
    /// assert_eq!(Recording::pairs("vault", [("port", "1")]).asked().times(), 0);
    /// ```
    #[must_use]
    pub fn times(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("source", &self.label())
            .field("asked", &self.asked)
            .finish()
    }
}
