//! How long what the sources lent is good: of what the settings hold, and not of what a refresh that failed was given.

use std::time::{Duration, Instant};

use super::fingerprint::Fingerprints;
use crate::clock::Moment;
use crate::origin::Term;
use crate::resolve::{Outcome, Resolution};
use crate::source::Found;

/// How long something that was due and is due still is left alone; doubled each time.
const AGAIN: Duration = Duration::from_secs(1);

/// When what the sources hold has to be seen to, and when what the fields hold ends.
pub(super) struct Lent {
    due: Option<Moment>,
    /// How often in a row something was due still after it had been seen to.
    overdue: u32,
    /// When the value of each field ends.
    ends: Vec<Option<Moment>>,
}

impl Lent {
    /// Of what a load resolved.
    pub(super) fn of(resolution: &Resolution) -> Self {
        let (now, moment) = (Instant::now(), Moment::now());
        let when = |at: Instant| moment + at.saturating_duration_since(now);
        let opened = resolution.list.all_opened();
        let sources = opened.into_iter().filter_map(|entry| resolution.list.opened(entry));
        let due = sources.filter_map(|source| source.due()).min().map(when);
        let end = |entry: usize, found: &Found| match found.origin.term() {
            Term::Until(end) => Some(end),
            Term::Endless => None,
            Term::Untold => resolution.list.opened(entry)?.good_until().map(when),
        };
        let ends = resolution.outcomes.iter().map(|outcome| match outcome {
            Outcome::Found { entry, found } => end(*entry, found),
            Outcome::Absent | Outcome::Failed { .. } | Outcome::Unread { .. } => None,
        });
        Self { due, overdue: 0, ends: ends.collect() }
    }

    /// What a later load saw of the same: a value that it found again is good for as long as it is now, whatever becomes
    /// of that load. Another one, which may never be taken over, does not prolong the one that is held.
    pub(super) fn follow(&mut self, later: &Self, found: &Fingerprints, held: &Fingerprints) {
        self.due = later.due;
        for (leaf, (end, later)) in self.ends.iter_mut().zip(&later.ends).enumerate() {
            if !found.differs(leaf, held) {
                *end = *later;
            }
        }
    }

    /// The same, once all but these fields were taken over from the later load.
    pub(super) fn succeed(&mut self, later: Self, kept: impl Iterator<Item = usize>) {
        let mut ends = later.ends;
        kept.for_each(|leaf| ends[leaf] = self.ends[leaf]);
        (self.due, self.ends) = (later.due, ends);
    }

    /// When something has to be seen to.
    pub(super) const fn due(&self) -> Option<Moment> {
        self.due
    }

    /// When the first of what the settings hold ends.
    pub(super) fn good_until(&self) -> Option<Moment> {
        self.ends.iter().flatten().min().copied()
    }

    /// When something is due after a refresh that succeeded. What is due still, since the store could not see to it, is
    /// not asked about again and again, and once more when it ends.
    pub(super) fn next_due(&mut self, now: Moment) -> Option<Moment> {
        let due = self.due?;
        if due > now {
            self.overdue = 0;
            return Some(due);
        }
        let wait = AGAIN.saturating_mul(1 << self.overdue.min(6));
        let left = self.good_until().map(|until| until.saturating_duration_since(now));
        let left = left.filter(|left| !left.is_zero());
        let wait = left.map_or(wait, |left| wait.min((left / 4).max(AGAIN)).min(left));
        self.overdue = self.overdue.saturating_add(1);
        self.due = Some(now + wait);
        self.due
    }
}
