//! What the engine knows of how it goes, for whoever asks while it works.

use std::time::Duration;

use super::builder::WhenExpired;
use super::health::{Health, SourceHealth};
use super::schedule::{Schedule, State};
use crate::clock::Moment;
use crate::error::{Error, Problem};
use crate::resolve::{Missed, Outcome, Resolution};
use crate::source::{Account, Failure, FailureKind};

pub(super) struct Status {
    pub(super) schedule: Schedule,
    pub(super) max_stale: Duration,
    pub(super) policy: WhenExpired,
    /// How long a refresh takes at most, if nothing holds it.
    pub(super) patience: Duration,
    /// Since when one has been running.
    pub(super) running: Option<Moment>,
    pub(super) refreshes: u64,
    pub(super) failures: u64,
    pub(super) last_failure: Option<String>,
    pub(super) pending: Vec<&'static str>,
    pub(super) events_work: bool,
    /// Whether the thread is gone that refreshes them.
    pub(super) is_over: bool,
    /// When the first of what the settings were lent ends.
    pub(super) good_until: Option<Moment>,
    sources: Vec<Known>,
}

/// One source.
struct Known {
    label: String,
    last_success: Option<Moment>,
    failures: u32,
    /// In words, and of which sort it was.
    last_failure: Option<(String, FailureKind)>,
}

/// What came of asking one source.
pub(super) struct Told {
    label: String,
    failure: Option<Failure>,
    /// When it answered last; none where it was not asked this time.
    answered: Option<Moment>,
    /// How old the oldest of its answers is.
    oldest: Duration,
    /// Where it gave every answer in spite of the failure: when the first of what it could not see to is over.
    unattended: Option<Option<Moment>>,
}

/// What keeps settings that are whole from being seen to.
pub(super) struct Trouble {
    /// In words that hold no value.
    pub(super) why: String,
    /// When the first of what was lent is over for it.
    pub(super) ends: Option<Moment>,
}

impl Status {
    pub(super) fn new(
        schedule: Schedule,
        max_stale: Duration,
        policy: WhenExpired,
        deadline: Duration,
    ) -> Self {
        Self {
            schedule,
            max_stale,
            policy,
            patience: deadline.saturating_add(Duration::from_secs(5)),
            running: None,
            refreshes: 0,
            failures: 0,
            last_failure: None,
            pending: Vec::new(),
            events_work: false,
            is_over: false,
            good_until: None,
            sources: Vec::new(),
        }
    }

    /// How far the settings can be relied on: not where a credential among them is over, however young they are.
    pub(super) fn state(&self, now: Moment) -> State {
        match self.ended(now) {
            Some(_) => State::Expired,
            None => self.state_by_age(now),
        }
    }

    /// How long ago the first of what the settings were lent has ended; none where all is good.
    pub(super) fn ended(&self, now: Moment) -> Option<Duration> {
        let until = self.good_until.filter(|until| *until <= now)?;
        Some(now.saturating_duration_since(until))
    }

    /// The same by their age alone. A refresh that something holds is one that fails, and so is one that nobody makes.
    pub(super) fn state_by_age(&self, now: Moment) -> State {
        let running = self.running.map(|since| now.saturating_duration_since(since));
        let is_held = self.is_over || running.is_some_and(|long| long > self.patience);
        match self.schedule.state(now) {
            State::Expired => State::Expired,
            _ if is_held && self.schedule.age(now) >= self.max_stale => State::Expired,
            _ if is_held => State::Stale,
            state => state,
        }
    }

    /// Whether the settings are too old, and not to be handed out.
    pub(super) fn is_refused(&self, now: Moment) -> bool {
        self.policy != WhenExpired::Serve && self.state(now) == State::Expired
    }

    /// How long until the state may be another by the time alone.
    pub(super) fn until_expired(&self, now: Moment) -> Option<Duration> {
        let left = self.max_stale.saturating_sub(self.schedule.age(now));
        let lent = self.good_until.map(|until| until.saturating_duration_since(now));
        [Some(left), lent].into_iter().flatten().filter(|left| !left.is_zero()).min()
    }

    /// Notes what each source said.
    pub(super) fn note(&mut self, told: Vec<Told>) {
        for Told { label, failure, answered, .. } in told {
            let at = self.sources.iter().position(|known| known.label == label);
            if at.is_none() && failure.is_none() && answered.is_none() {
                continue;
            }
            let at = at.unwrap_or_else(|| {
                let (last_success, failures, last_failure) = (None, 0, None);
                self.sources.push(Known { label, last_success, failures, last_failure });
                self.sources.len() - 1
            });
            let known = &mut self.sources[at];
            match failure {
                Some(failure) => {
                    known.failures = known.failures.saturating_add(1);
                    known.last_failure = Some((failure.to_string(), failure.kind()));
                }
                None => {
                    known.last_success = known.last_success.max(answered);
                    (known.failures, known.last_failure) = (0, None);
                }
            }
        }
    }

    /// Notes what keeps settings that are whole from being seen to, and when to try that again.
    pub(super) fn neglects(
        &mut self,
        trouble: &Trouble,
        retry_after: Option<Duration>,
        now: Moment,
    ) {
        self.last_failure = Some(trouble.why.clone());
        let ends = self.good_until.into_iter().chain(trouble.ends).min();
        self.schedule.failed(now, retry_after, ends, &mut fastrand::f64);
    }

    pub(super) fn health(&self, generation: u64, live_generations: Vec<u64>) -> Health {
        let now = Moment::now();
        let next_try = self.schedule.next().saturating_duration_since(now);
        let sources = self.sources.iter().map(|known| SourceHealth {
            label: known.label.clone(),
            last_success: known.last_success.map(|at| now.saturating_duration_since(at)),
            failures_in_row: known.failures,
            next_try,
            last_failure: known.last_failure.as_ref().map(|(words, _)| words.clone()),
            last_failure_kind: known.last_failure.as_ref().map(|(_, kind)| *kind),
        });
        Health {
            generation,
            age: self.schedule.age(now),
            state: self.state(now),
            live_generations,
            refreshing: self.running.map(|since| now.saturating_duration_since(since)),
            failures_in_row: self.schedule.failures(),
            next_try,
            last_failure: self.last_failure.clone(),
            sources: sources.collect(),
            restart_pending: self.pending.clone(),
            events_work: self.events_work,
            is_refused: self.is_refused(now),
        }
    }
}

impl Told {
    /// Of every source that was opened or that failed.
    pub(super) fn of(resolution: &Resolution) -> Vec<Self> {
        let failed = |entry: usize| {
            let outcome = resolution.outcomes.iter().find_map(|outcome| match outcome {
                Outcome::Failed { entry: of, failure } if *of == entry => Some(&**failure),
                _ => None,
            });
            let missed = || {
                resolution.misses.iter().find_map(|miss| match &miss.what {
                    Missed::Failed(failure) if miss.entry == entry => Some(failure),
                    _ => None,
                })
            };
            outcome.or_else(missed).cloned()
        };
        let known = (0..resolution.list.len()).filter_map(|entry| {
            let (failure, source) = (failed(entry), resolution.list.opened(entry));
            if failure.is_none() && source.is_none() {
                return None;
            }
            let noted = resolution.noted.iter().find(|(of, _)| *of == entry);
            let account = noted.map(|(_, noted)| noted.account()).unwrap_or_else(|| Account {
                // A local source is asked when it is opened.
                answered: source.filter(|source| !source.is_remote()).map(|_| Moment::now()),
                ..Account::default()
            });
            let label = resolution.label(entry);
            let (answered, oldest) = (account.answered, account.oldest);
            Some(match (failure, account.trouble) {
                (None, Some(trouble)) => {
                    let (failure, unattended) = (Some(trouble.failure), Some(trouble.ends));
                    Self { label, failure, answered, oldest, unattended }
                }
                (failure, _) => Self { label, failure, answered, oldest, unattended: None },
            })
        });
        known.collect()
    }

    /// How old the oldest answer is.
    pub(super) fn oldest(told: &[Self]) -> Duration {
        told.iter().map(|told| told.oldest).max().unwrap_or_default()
    }

    /// What keeps them from being seen to, where no answer is missing.
    pub(super) fn trouble(told: &[Self]) -> Option<Trouble> {
        let unattended = || told.iter().filter_map(|told| Some((told, told.unattended?)));
        let why =
            |(told, _): (&Self, _)| Some(format!("{}: {}", told.label, told.failure.as_ref()?));
        let whys: Vec<String> = unattended().filter_map(why).collect();
        let ends = unattended().filter_map(|(_, ends)| ends).min();
        (!whys.is_empty()).then(|| Trouble { why: whys.join("; "), ends })
    }

    /// Whether every source did what it was asked.
    #[cfg(feature = "_net")]
    pub(super) fn is_well(told: &[Self]) -> bool {
        told.iter().all(|told| told.failure.is_none())
    }

    /// How long the most patient of them wants to be left alone.
    pub(super) fn retry_after(told: &[Self]) -> Option<Duration> {
        let seconds = told.iter().filter_map(|told| told.failure.as_ref()?.retry_after).max()?;
        Some(Duration::from_secs(u64::from(seconds.get())))
    }
}

/// Why a load failed, without what a setting's text may have been. Fields that failed alike are told together: forty of
/// one store that is down are one failure.
pub(super) fn words(error: &Error) -> String {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for problem in error {
        let words = why(problem);
        match told.iter_mut().find(|(_, known)| *known == words) {
            Some((paths, _)) => paths.push(problem.path()),
            None => told.push((vec![problem.path()], words)),
        }
    }
    let lines = told.iter().map(|(paths, why)| format!("{}: {why}", paths.join(", ")));
    lines.collect::<Vec<_>>().join("; ")
}

fn why(problem: &Problem) -> String {
    let what = match problem.kind().is_of_a_source() || !problem.of_field {
        true => problem.message(),
        false => problem.kind().words(),
    };
    match problem.origin() {
        Some(origin) => format!("{what}, from {origin}"),
        None => what.to_owned(),
    }
}
