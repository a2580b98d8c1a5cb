//! Events for `tracing`: what was loaded from where. No values.

use crate::error::Error;
use crate::report::Report;

/// Whether anybody listens to warnings; a load makes its report only then.
#[cfg(feature = "tracing")]
pub(crate) fn is_on() -> bool {
    tracing::enabled!(target: "config_core", tracing::Level::WARN)
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn is_on() -> bool {
    false
}

/// Tells of a load that succeeded: each field's origin, and the warnings.
#[cfg(feature = "tracing")]
pub(crate) fn loaded(report: &Report) {
    for field in report.fields() {
        tracing::debug!(target: "config_core", path = field.path(), from = %field.outcome(), "loaded");
    }
    for warning in report.warnings() {
        tracing::warn!(target: "config_core", "{warning}");
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn loaded(_report: &Report) {}

/// Tells of a load that failed: each problem, with all that its report says. Gives the error back.
#[cfg(feature = "tracing")]
pub(crate) fn failed(error: Error) -> Error {
    for problem in &error {
        let tried: Vec<String> = problem.tried().iter().map(ToString::to_string).collect();
        tracing::error!(
            target: "config_core",
            profile = error.profile(),
            path = problem.path(),
            kind = ?problem.kind(),
            source = problem.origin().map(tracing::field::display),
            tried = (!tried.is_empty()).then(|| tried.join(", ")),
            fix = problem.hint(),
            "{}",
            problem.message(),
        );
    }
    for warning in error.warnings() {
        tracing::warn!(target: "config_core", "{warning}");
    }
    error
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn failed(error: Error) -> Error {
    error
}
