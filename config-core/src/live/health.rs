//! How the settings are: how old, from which generation, and what keeps their sources from answering. No values.

use std::fmt;
use std::time::Duration;

use super::schedule::State;
use crate::source::FailureKind;

/// How the settings are. Its `Display` is a text for people, its fields are for everything else. It holds no value.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// let health = live.health();
/// assert_eq!((health.generation, health.is_ready()), (1, true));
/// println!("{health}");
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Health {
    /// The number of the current generation; the first is 1.
    pub generation: u64,
    /// How old the oldest answer is that the settings of the last refresh that succeeded rest on: what a store was not
    /// asked for again, since its answer was kept, is as old as that. What is lent counts as new until it ends. A machine
    /// that slept is counted in.
    pub age: Duration,
    /// How far the settings can be relied on.
    pub state: State,
    /// The generations that somebody still holds, the current one included. Where there are more and more of them,
    /// somebody keeps snapshots.
    pub live_generations: Vec<u64>,
    /// How long the refresh that is running has been running: a file on a mount that is gone holds it for good.
    pub refreshing: Option<Duration>,
    /// How many refreshes failed since the last that succeeded, those counted that had every answer and could not see to
    /// what is lent.
    pub failures_in_row: u32,
    /// How long until the next refresh, if nothing happens before.
    pub next_try: Duration,
    /// Why the last refresh failed, the fields by their paths, or what could not be seen to, by the source; none where it
    /// succeeded. It says less than the
    /// [`Error`](crate::Error) of [`refresh_now`](crate::Live::refresh_now), which names every place and what to do.
    pub last_failure: Option<String>,
    /// Each source that was asked, in the order of priority.
    pub sources: Vec<SourceHealth>,
    /// The fields declared `restart_only` that a restart would change.
    pub restart_pending: Vec<&'static str>,
    /// Whether the operating system tells of all changes of files, as far as the last refresh saw; else they are seen
    /// when they are looked at, every poll interval. False until there was a refresh.
    pub events_work: bool,
    pub(super) is_refused: bool,
}

/// How one source is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SourceHealth {
    /// Its name in reports: `vault secret/app`.
    pub label: String,
    /// How long ago it answered last, to this process; none where it never did. An answer that was kept is none.
    pub last_success: Option<Duration>,
    /// How many times it failed since.
    pub failures_in_row: u32,
    /// How long until it is asked again, if nothing happens before.
    pub next_try: Duration,
    /// Why it failed last, in words that hold no value; none where it answered.
    pub last_failure: Option<String>,
    /// Of which sort that failure was: a store that is out of reach is told from one that refuses.
    pub last_failure_kind: Option<FailureKind>,
}

/// The same as numbers, for gauges and counters.
///
/// | field | name for OpenTelemetry | for Prometheus | sort |
/// |---|---|---|---|
/// | `generation` | `config.generation` | `config_generation` | gauge |
/// | `age_seconds` | `config.age` (`s`) | `config_age_seconds` | gauge |
/// | `refreshes_total` | `config.refreshes` | `config_refreshes_total` | counter |
/// | `failures_total` | `config.refresh.failures` | `config_refresh_failures_total` | counter |
/// | `live_generations` | `config.generations.live` | `config_generations_live` | gauge |
/// | `state` | `config.state` | `config_state` | gauge: 0 fresh, 1 stale, 2 expired |
/// | `restart_pending` | `config.restart.pending` | `config_restart_pending` | gauge |
///
/// With the feature `tracing` each refresh is an event whose fields have the prefixes `gauge.` and `monotonic_counter.`,
/// of which a layer such as that of `tracing-opentelemetry` makes metrics without further code. An age is best asked for,
/// since it rises between refreshes.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// let metrics = live.metrics();
/// println!("config_generation {}", metrics.generation);
/// println!("config_age_seconds {}", metrics.age_seconds);
/// assert_eq!(metrics.failures_total, 0);
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Metrics {
    /// The number of the current generation.
    pub generation: u64,
    /// How old the settings are, as [`Health::age`] says.
    pub age_seconds: f64,
    /// How many refreshes there were, those that failed included; the first load is none.
    pub refreshes_total: u64,
    /// How many refreshes failed.
    pub failures_total: u64,
    /// How many generations somebody still holds, the current one included.
    pub live_generations: usize,
    /// 0 for [`State::Fresh`], 1 for [`State::Stale`], 2 for [`State::Expired`].
    pub state: u8,
    /// How many fields declared `restart_only` a restart would change.
    pub restart_pending: usize,
}

/// The settings could not be refreshed for longer than they may be served, or a credential among them is over, and they
/// are not handed out, as
/// [`WhenExpired::Refuse`](crate::WhenExpired::Refuse) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expired {
    /// How old they are.
    pub age: Duration,
    /// How old they may be.
    pub max_stale: Duration,
    /// How long ago a credential among them ended, which was lent for a time and could be neither prolonged nor
    /// replaced; none where their age alone is why.
    pub ended: Option<Duration>,
}

impl Health {
    /// Whether the service should get requests. It should as long as it has settings that it may use: always, but for
    /// settings that are [`Expired`](State::Expired) while the program said to refuse those or to exit.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// let status = if live.health().is_ready() { 200 } else { 503 };
    /// assert_eq!(status, 200);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        !self.is_refused
    }
}

impl std::error::Error for Expired {}

impl fmt::Display for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (age, limit) = (Rough(self.age), Rough(self.max_stale));
        match self.ended.map(Rough) {
            Some(ended) => write!(f, "a credential ended {ended} ago, and there is no other yet"),
            None => write!(
                f,
                "the settings are too old: no refresh succeeded for {age}, and they may be {limit} old"
            ),
        }?;
        f.write_str("; ask health() what keeps their sources from answering")
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "generation {}, {}, {} old", self.generation, word(self.state), Rough(self.age))?;
        if let Some(long) = self.refreshing {
            write!(f, "\n  a refresh has been running for {}", Rough(long))?;
        }
        if self.failures_in_row > 0 {
            let next = Rough(self.next_try);
            write!(f, "\n  failed {} in a row, next try in {next}", times(self.failures_in_row))?;
        }
        if let Some(why) = &self.last_failure {
            write!(f, "\n  last failure: {why}")?;
        }
        for source in &self.sources {
            write!(f, "\n  {source}")?;
        }
        if !self.restart_pending.is_empty() {
            write!(f, "\n  a restart would change {}", self.restart_pending.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for SourceHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.label)?;
        match &self.last_failure {
            None => f.write_str("answers"),
            Some(why) => write!(f, "failed {} in a row: {why}", times(self.failures_in_row)),
        }?;
        match self.last_success {
            Some(long) => write!(f, ", answered {} ago", Rough(long)),
            None => f.write_str(", never answered"),
        }
    }
}

/// What a state is called.
pub(super) const fn word(state: State) -> &'static str {
    match state {
        State::Fresh => "fresh",
        State::Stale => "stale",
        State::Expired => "expired",
    }
}

/// The number of a state, which rises as it gets worse.
pub(super) const fn level(state: State) -> u8 {
    match state {
        State::Fresh => 0,
        State::Stale => 1,
        State::Expired => 2,
    }
}

fn times(count: u32) -> String {
    format!("{count} {}", if count == 1 { "time" } else { "times" })
}

/// A length of time, as exact as people want it.
pub(super) struct Rough(pub(super) Duration);

impl fmt::Display for Rough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            0 => write!(f, "{} ms", self.0.as_millis()),
            seconds @ 1..120 => write!(f, "{seconds} s"),
            seconds @ 120..7_200 => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{} h", seconds / 3_600),
        }
    }
}
