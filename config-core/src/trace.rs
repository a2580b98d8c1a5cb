//! Events for `tracing`: what was loaded from where. No values.

use crate::error::Error;
use crate::report::Report;

/// Whether anybody listens; a load makes its report only then.
#[cfg(feature = "tracing")]
pub(crate) fn is_on() -> bool {
    tracing::enabled!(target: "config_core", tracing::Level::DEBUG)
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

/// Tells of a load that failed: each problem.
#[cfg(feature = "tracing")]
pub(crate) fn failed(error: &Error) {
    for problem in error {
        tracing::error!(target: "config_core", path = problem.path(), "{}", problem.message());
    }
    for warning in error.warnings() {
        tracing::warn!(target: "config_core", "{warning}");
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn failed(_error: &Error) {}
