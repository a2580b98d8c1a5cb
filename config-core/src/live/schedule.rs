//! When to refresh next: it is told the time and random numbers, and knows no clock and no thread.
//!
//! Many instances of a service start at the same moment, and lose their store at the same moment. Each rule here spreads
//! what they ask; the simulation `herd` counts it.

use std::time::Duration;

use crate::clock::Moment;

/// Random numbers, each from zero up to one.
pub(crate) type Random<'a> = &'a mut dyn FnMut() -> f64;

/// No two tries are closer, whatever the terms or a lease say: nothing spins.
pub(crate) const CLOSEST: Duration = Duration::from_millis(100);

/// The first wait after a failure is drawn below this, each further one below twice as much. With one
/// second, ten thousand instances that lose their store would come close to what Azure lets them ask together.
const FIRST: Duration = Duration::from_secs(2);

/// No wait after a failure is longer, but for one that the store asks for.
const LONGEST: Duration = Duration::from_secs(60);

/// What a store asks for is waited, up to this.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// Longer than anything runs; terms beyond it are taken as this.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What the program wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// How old the settings become before they are read again.
    pub ttl: Duration,
    /// How old they may become where they cannot be.
    pub max_stale: Duration,
}

/// How far the settings can be relied on.
///
/// ```
/// use config_core::State;
///
/// const fn is_ready(state: State) -> bool {
///     !matches!(state, State::Expired)
/// }
/// assert!(is_ready(State::Stale));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The last refresh succeeded, and the next is not long overdue.
    Fresh,
    /// The last refresh failed, or is missing: the machine slept. The settings are those of an earlier one, and not yet
    /// too old. Or it had every answer, but not from the store: what is lent could not be prolonged, or an earlier answer
    /// was taken.
    Stale,
    /// They could not be refreshed for longer than they may be served, or a credential among them was lent for a time
    /// that is over.
    Expired,
}

/// When to refresh next, and how it went.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    terms: Terms,
    succeeded: Moment,
    /// How old the settings were then: what they rest on may have been kept.
    older: Duration,
    failures: u32,
    /// How often the wait after a failure was doubled.
    doubled: u32,
    /// When the time to live is over, whatever else makes a refresh due. Instances differ in this, and nothing that
    /// happens to all of them at once moves it: not an outage, a change that all see, or one sleep of their machine.
    turn: Moment,
    next: Moment,
}

impl Schedule {
    /// After the first load, which succeeded: somewhere in the first time to live, so that instances which start
    /// together ask at an even rate from then on.
    pub(crate) fn new(terms: Terms, now: Moment, random: Random<'_>) -> Self {
        let terms = Terms { ttl: terms.ttl.min(FOREVER), ..terms };
        let wait = within(interval(terms.ttl, random), random);
        let turn = now + wait.max(CLOSEST);
        Self {
            terms,
            succeeded: now,
            older: Duration::ZERO,
            failures: 0,
            doubled: 0,
            turn,
            next: turn,
        }
    }

    /// After a refresh that succeeded; `due` is when to see to the first of what is lent.
    pub(crate) fn succeeded(&mut self, now: Moment, due: Option<Moment>, random: Random<'_>) {
        if self.turn <= now {
            let interval = interval(self.terms.ttl, random).max(CLOSEST);
            let late = remainder(now.saturating_duration_since(self.turn), interval);
            self.turn = now + (interval - late);
        }
        self.succeeded = now;
        self.older = Duration::ZERO;
        self.failures = 0;
        self.doubled = 0;
        self.next = self.turn.max(now + CLOSEST);
        self.lent(now, due, random);
    }

    /// The settings of the last refresh that succeeded were that old then.
    pub(crate) const fn rests_on(&mut self, older: Duration) {
        self.older = older;
    }

    /// Pulls the next refresh forward to when something lent is due, or a tenth of the way there later: what was lent to
    /// many at the same moment is due at the same moment. Not sooner, since nothing would come of it.
    pub(crate) fn lent(&mut self, now: Moment, due: Option<Moment>, random: Random<'_>) {
        let Some(due) = due else { return };
        let way = due.saturating_duration_since(now).min(FOREVER);
        let late = within(way / 10, random);
        self.next = self.next.min(now + (way + late).max(CLOSEST));
    }

    /// After a refresh that failed. `retry_after` is what the store asked for, and `valid_until` when the first of what
    /// is lent ends.
    ///
    /// What the store asks for is waited even where the settings grow too old or a lease ends meanwhile: asked earlier
    /// it would refuse again, and everybody else for longer. A store that asks for more than a day is asked after one.
    pub(crate) fn failed(
        &mut self,
        now: Moment,
        retry_after: Option<Duration>,
        valid_until: Option<Moment>,
        random: Random<'_>,
    ) {
        let least = retry_after.unwrap_or_default().min(PATIENCE);
        let doubled = FIRST.saturating_mul(1 << self.doubled.min(10)).min(LONGEST);
        // Those who were all told the same moment must not all come at it.
        let spread = doubled.max(least.min(LONGEST));
        let asked = now + least;
        // What is over already bounds nothing. Settings grow too old for all at the same moment, who would come the closer
        // together; a lease is one's own.
        let quarter = |end: Moment, least: Duration| {
            let left = end.saturating_duration_since(asked);
            (!left.is_zero()).then(|| (left / 4).max(least))
        };
        let max_stale = self.terms.max_stale.saturating_sub(self.older);
        let of_settings = quarter(self.succeeded + max_stale, FIRST);
        let of_lease = valid_until.and_then(|end| quarter(end, CLOSEST));
        let bound = [of_settings, of_lease].into_iter().flatten().fold(spread, Duration::min);
        self.failures = self.failures.saturating_add(1);
        // The many tries before the end of a short lease are no reason to wait long after it.
        if bound >= doubled {
            self.doubled = self.doubled.saturating_add(1);
        }
        self.next = now + (least + within(bound, random)).max(CLOSEST);
    }

    /// When to refresh next. Where that has long passed, since the machine slept, one refresh is due and not several.
    pub(crate) const fn next(&self) -> Moment {
        self.next
    }

    /// How many refreshes failed since the last that succeeded.
    pub(crate) const fn failures(&self) -> u32 {
        self.failures
    }

    /// How old the settings are.
    pub(crate) const fn age(&self, now: Moment) -> Duration {
        now.saturating_duration_since(self.succeeded).saturating_add(self.older)
    }

    /// How far they can be relied on. They expire by a refresh that fails alone: after a long sleep there is one to come.
    pub(crate) fn state(&self, now: Moment) -> State {
        let overdue = now.saturating_duration_since(self.next);
        match self.failures {
            0 if overdue.is_zero() || overdue < self.terms.max_stale => State::Fresh,
            0 => State::Stale,
            _ if self.age(now) < self.terms.max_stale => State::Stale,
            _ => State::Expired,
        }
    }
}

/// From one refresh to the next: the time to live, less up to a tenth of it.
fn interval(ttl: Duration, random: Random<'_>) -> Duration {
    ttl.saturating_sub(within(ttl / 10, random))
}

/// What is left of a time after as many whole intervals as it has.
fn remainder(time: Duration, interval: Duration) -> Duration {
    let nanoseconds = time.as_nanos() % interval.as_nanos();
    // Less than the interval, which is a hundred years at most.
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or_default())
}

/// A random part of it.
fn within(long: Duration, random: Random<'_>) -> Duration {
    long.mul_f64(random().clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
