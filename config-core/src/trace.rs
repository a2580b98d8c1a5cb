//! Events for `tracing`: what was loaded from where. No values.

use crate::error::Error;
#[cfg(feature = "tracing")]
use crate::report::FieldOutcome;
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

/// Tells of a load that succeeded: how many fields each source gave, each field's origin, and the warnings.
#[cfg(feature = "tracing")]
pub(crate) fn loaded(report: &Report) {
    tracing::info!(
        target: "config_core",
        profile = report.profile(),
        fields = report.fields().len(),
        from = by_source(report),
        "settings loaded",
    );
    for field in report.fields() {
        tracing::debug!(target: "config_core", path = field.path(), from = %field.outcome(), "loaded");
    }
    for warning in report.warnings() {
        tracing::warn!(target: "config_core", "{warning}");
    }
}

/// `env 2, vault secret/app 3, defaults 1`, in order of appearance; fields that are not set are left out.
#[cfg(feature = "tracing")]
fn by_source(report: &Report) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for field in report.fields() {
        let source = match field.outcome() {
            FieldOutcome::From(origin) => origin.source(),
            FieldOutcome::Default => "defaults",
            _ => continue,
        };
        match counts.iter_mut().find(|(known, _)| *known == source) {
            Some((_, count)) => *count += 1,
            None => counts.push((source, 1)),
        }
    }
    let counts = counts.iter().map(|(source, count)| format!("{source} {count}"));
    counts.collect::<Vec<_>>().join(", ")
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

/// Tells that settings are kept up to date from now on.
#[cfg(all(feature = "live", feature = "tracing"))]
pub(crate) fn started() {
    tracing::debug!(
        target: "config_core",
        generation = 1_u64,
        gauge.config.generation = 1_u64,
        gauge.config.age_seconds = 0.0,
        gauge.config.failures_in_row = 0_u64,
        gauge.config.state = 0_u64,
        "settings are kept up to date",
    );
}

#[cfg(all(feature = "live", not(feature = "tracing")))]
pub(crate) const fn started() {}

/// Tells of a refresh that succeeded. The fields with prefixes are what a layer makes metrics of.
#[cfg(all(feature = "live", feature = "tracing"))]
pub(crate) fn refreshed(generation: u64, change: Option<&crate::Change>, cause: crate::Cause) {
    let Some(change) = change else {
        tracing::debug!(
            target: "config_core",
            generation,
            %cause,
            monotonic_counter.config.refreshes = 1_u64,
            gauge.config.generation = generation,
            gauge.config.age_seconds = 0.0,
            gauge.config.failures_in_row = 0_u64,
            "unchanged",
        );
        return;
    };
    tracing::info!(
        target: "config_core",
        generation,
        fields = change.fields.join(", "),
        %cause,
        monotonic_counter.config.refreshes = 1_u64,
        gauge.config.generation = generation,
        gauge.config.age_seconds = 0.0,
        gauge.config.failures_in_row = 0_u64,
        "refreshed",
    );
    if !change.restart_only.is_empty() {
        let fields = change.restart_only.join(", ");
        tracing::warn!(target: "config_core", fields, "a restart would change fields that keep their value");
    }
}

#[cfg(all(feature = "live", not(feature = "tracing")))]
pub(crate) const fn refreshed(_: u64, _: Option<&crate::Change>, _: crate::Cause) {}

/// Tells of a refresh that failed; each of its problems has been told.
#[cfg(all(feature = "live", feature = "tracing"))]
pub(crate) fn refresh_failed(
    generation: u64,
    age: std::time::Duration,
    failures: u32,
    next: std::time::Duration,
    cause: crate::Cause,
) {
    tracing::warn!(
        target: "config_core",
        generation,
        failures_in_row = failures,
        next_try_seconds = next.as_secs_f64(),
        %cause,
        monotonic_counter.config.refreshes = 1_u64,
        monotonic_counter.config.refresh.failures = 1_u64,
        gauge.config.generation = generation,
        gauge.config.age_seconds = age.as_secs_f64(),
        gauge.config.failures_in_row = u64::from(failures),
        "refresh failed; the settings stay as they are",
    );
}

#[cfg(all(feature = "live", not(feature = "tracing")))]
pub(crate) const fn refresh_failed(
    _: u64,
    _: std::time::Duration,
    _: u32,
    _: std::time::Duration,
    _: crate::Cause,
) {
}

/// Tells of a refresh that had every answer, and that left something undone for which it has to be tried again.
#[cfg(all(feature = "live", feature = "tracing"))]
pub(crate) fn neglected(failures: u32, next: std::time::Duration, why: &str) {
    tracing::warn!(
        target: "config_core",
        failures_in_row = failures,
        next_try_seconds = next.as_secs_f64(),
        monotonic_counter.config.refresh.failures = 1_u64,
        "the settings are whole, and not all could be seen to: {why}",
    );
}

#[cfg(all(feature = "live", not(feature = "tracing")))]
pub(crate) const fn neglected(_: u32, _: std::time::Duration, _: &str) {}

/// Tells of settings that can be relied on less than before, or fully again.
#[cfg(all(feature = "live", feature = "tracing"))]
pub(crate) fn state(state: crate::State, age: std::time::Duration) {
    let age_seconds = age.as_secs_f64();
    match state {
        crate::State::Fresh => {
            tracing::info!(target: "config_core", age_seconds, gauge.config.state = 0_u64, "the settings are fresh again");
        }
        crate::State::Stale => {
            tracing::warn!(
                target: "config_core",
                age_seconds,
                gauge.config.state = 1_u64,
                "the settings are stale: they could not be refreshed, and are served as they are",
            );
        }
        crate::State::Expired => {
            tracing::error!(
                target: "config_core",
                age_seconds,
                gauge.config.state = 2_u64,
                "the settings are expired: older than `.max_stale(..)` allows, or a credential among them has ended",
            );
        }
    }
}

#[cfg(all(feature = "live", not(feature = "tracing")))]
pub(crate) const fn state(_: crate::State, _: std::time::Duration) {}

/// What a server made of the newest credential of a pool.
#[cfg(feature = "_pools")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pool {
    /// It refuses it, and accepts the one of that generation.
    Stays { with: u64 },
    /// It refuses it, and there is no other that it accepts.
    Lost,
    /// It accepts it.
    Accepted,
}

/// Tells what a server made of the credential of that generation.
#[cfg(all(feature = "_pools", feature = "tracing"))]
pub(crate) fn pool(generation: u64, what: Pool) {
    match what {
        Pool::Stays { with } => tracing::warn!(
            target: "config_core",
            generation,
            with,
            "the server of a pool refuses the newest credential; connections are made with the one before",
        ),
        Pool::Lost => tracing::error!(
            target: "config_core",
            generation,
            "the server of a pool refuses the newest credential, and the sources have no other: \
             no new connection can be made",
        ),
        Pool::Accepted => tracing::info!(
            target: "config_core",
            generation,
            "the server of a pool accepts the newest credential",
        ),
    }
}

#[cfg(all(feature = "_pools", not(feature = "tracing")))]
pub(crate) const fn pool(_: u64, _: Pool) {}

/// Tells of settings that the program makes no connection of.
#[cfg(all(feature = "_pools", feature = "tracing"))]
pub(crate) fn pool_stays() {
    tracing::error!(
        target: "config_core",
        "the function that a pool was given panicked on new settings; the pool stays with those before",
    );
}

#[cfg(all(feature = "_pools", not(feature = "tracing")))]
pub(crate) const fn pool_stays() {}

/// Tells that the process ends now, and why.
#[cfg(all(feature = "live", feature = "tracing"))]
pub(crate) fn exiting(why: &str) {
    tracing::error!(target: "config_core", "{why}");
}

#[cfg(all(feature = "live", not(feature = "tracing")))]
pub(crate) const fn exiting(_: &str) {}
