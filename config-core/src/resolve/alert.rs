//! What of a load somebody may want to know at once: a denial, an expired credential, a weaker answer taken.

use std::fmt;
use std::sync::Arc;

use super::walk::{Miss, Missed, comes_before};
use super::{Options, Outcome, Questions, Resolution};
use crate::origin::in_words;
use crate::source::{Failure, FailureKind};

/// Something about a load that may tell of an attack or of trouble to come, for
/// [`Loader::on_alert`](crate::Loader::on_alert). It holds no value.
///
/// ```
/// use config_core::{Failure, FailureKind, AlertKind, Memory, Secrets};
/// use std::sync::{Arc, Mutex};
/// # struct Closed;
/// # impl config_core::Source for Closed {
/// #     fn label(&self) -> String { "closed".to_owned() }
/// #     fn fetch<'a>(&'a self, _: &'a config_core::Wanted<'a>) -> config_core::Fetch<'a> {
/// #         config_core::Fetch::Ready(Err(Failure::new(FailureKind::Denied, "permission denied")))
/// #     }
/// # }
/// # #[derive(Secrets)]
/// # #[secrets(sources("closed"))]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let sink = Arc::clone(&seen);
/// let loader = Settings::loader().source(Closed);
/// let refused = loader.on_alert(move |alert| sink.lock().unwrap().push(alert.kind())).load();
/// assert!(refused.is_err());
/// assert_eq!(*seen.lock().unwrap(), [AlertKind::Denied]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    kind: AlertKind,
    source: String,
    message: String,
    paths: Vec<String>,
}

/// The sorts of alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AlertKind {
    /// A source refused to answer: a policy, a permission, a credential.
    Denied,
    /// A credential or a secret is past its time.
    Expired,
    /// A source failed, and a weaker one was let answer in its stead.
    FellThrough,
    /// A source failed, and an answer that it gave earlier was taken: a value, or that there is none.
    Stale,
}

/// Whom to tell.
pub(crate) type Hook = Arc<dyn Fn(&Alert) + Send + Sync>;

impl Alert {
    /// The sort.
    #[must_use]
    pub const fn kind(&self) -> AlertKind {
        self.kind
    }

    /// The source that it is about, as reports name it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What happened, in words that hold no value.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fields that it touches, by their paths.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        &self.paths
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.source, self.message, self.paths.join(", "))
    }
}

/// Tells of everything in a resolution that is worth it, each thing once.
pub(crate) fn raise(resolution: &Resolution, questions: Questions<'_>, options: &Options) {
    let Some(hook) = &options.on_alert else { return };
    let mut alerts: Vec<Alert> = Vec::new();
    let mut add = |question: usize, entry: usize, kind: AlertKind, message: String| {
        let source = resolution.label(entry);
        let path = questions.path(question).to_owned();
        let same = |alert: &&mut Alert| {
            (alert.kind, &alert.source, &alert.message) == (kind, &source, &message)
        };
        match alerts.iter_mut().find(same) {
            Some(alert) => alert.paths.push(path),
            None => alerts.push(Alert { kind, source, message, paths: vec![path] }),
        }
    };
    for (question, outcome) in resolution.outcomes.iter().enumerate() {
        match outcome {
            Outcome::Failed { entry, failure } => {
                if let Some(kind) = kind(failure) {
                    add(question, *entry, kind, failure.message.to_string());
                }
            }
            Outcome::Found { entry, found } => {
                if let Some(age) = found.origin.age() {
                    let message = format!("unreachable; took its answer of {age} ago");
                    add(question, *entry, AlertKind::Stale, message);
                }
            }
            Outcome::Absent | Outcome::Unread { .. } => {}
        }
    }
    for miss in &resolution.misses {
        match &miss.what {
            Missed::Failed(failure) => {
                let kind = kind(failure).unwrap_or(AlertKind::FellThrough);
                add(miss.question, miss.entry, kind, failure.message.to_string());
            }
            Missed::Absent(absence) | Missed::Empty(absence) => {
                if let Some(age) = absence.age.filter(|_| counts(resolution, questions, miss)) {
                    let (why, age) = (&absence.why, in_words(age));
                    let message = format!("unreachable; took its answer of {age} ago: {why}");
                    add(miss.question, miss.entry, AlertKind::Stale, message);
                }
            }
            Missed::Shadowed(_) => {}
        }
    }
    alerts.iter().for_each(|alert| hook(alert));
}

/// Whether something else was taken since that source had nothing.
fn counts(resolution: &Resolution, questions: Questions<'_>, miss: &Miss) -> bool {
    match &resolution.outcomes[miss.question] {
        Outcome::Absent => true,
        Outcome::Found { entry, .. } => {
            comes_before(resolution, questions, miss.question, miss.entry, *entry)
        }
        Outcome::Failed { .. } | Outcome::Unread { .. } => false,
    }
}

/// The sort of alert that a failure is, whatever came of it.
const fn kind(failure: &Failure) -> Option<AlertKind> {
    match failure.kind {
        FailureKind::Denied => Some(AlertKind::Denied),
        FailureKind::Expired => Some(AlertKind::Expired),
        _ => None,
    }
}
