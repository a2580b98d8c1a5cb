//! Many instances of one service that were started at the same moment, each with the schedule that live settings have:
//! what they ask of their store, counted without a clock and without waiting.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::time::Duration;

use crate::clock::Moment;
use crate::live::schedule::{Schedule, Terms};
use crate::retry::{self, Budget};

/// How long a refresh waits for its store.
const DEADLINE: Duration = Duration::from_secs(10);

/// The instances, and what happens to them. A refresh asks for one secret with a token that it has, which is one request
/// where it succeeds; where it fails the request is made again as often as sources do.
#[derive(Debug, Clone)]
pub struct Herd {
    /// How many there are; all loaded at the beginning, which is not counted.
    pub instances: usize,
    /// From one refresh to the next, at most.
    pub ttl: Duration,
    /// How old their settings may become.
    pub max_stale: Duration,
    /// How long they are watched.
    pub length: Duration,
    /// When every request fails.
    pub outage: Range<Duration>,
    /// Whether the store tells those it refuses when it will be back.
    pub says_when: bool,
    /// How long a credential is good that each has lent; the store prolongs it.
    pub lease: Option<Duration>,
}

/// When the store was asked, in order.
#[derive(Debug, Clone)]
pub struct Requests(Vec<Request>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    time: Duration,
    /// Whether a refresh begins with it.
    is_first: bool,
}

/// One instance.
struct Instance {
    schedule: Schedule,
    budget: Budget,
    lent: Moment,
}

impl Herd {
    /// Service with a time to live of five minutes, and nothing that goes wrong.
    #[must_use]
    pub const fn new(instances: usize) -> Self {
        Self {
            instances,
            ttl: Duration::from_secs(300),
            max_stale: Duration::from_secs(3600),
            length: Duration::from_secs(2 * 3600),
            outage: Duration::ZERO..Duration::ZERO,
            says_when: false,
            lease: None,
        }
    }

    /// All requests of that time, the same for the same seed.
    #[must_use]
    pub fn run(&self, seed: u64) -> Requests {
        let mut random = fastrand::Rng::with_seed(seed);
        self.run_with(&mut || random.f64())
    }

    fn run_with(&self, random: &mut dyn FnMut() -> f64) -> Requests {
        let terms = Terms { ttl: self.ttl, max_stale: self.max_stale };
        let mut instances: Vec<Instance> = (0..self.instances)
            .map(|_| {
                let mut schedule = Schedule::new(terms, Moment::START, random);
                schedule.lent(Moment::START, self.due(Moment::START), random);
                Instance { schedule, budget: Budget::new(), lent: Moment::START }
            })
            .collect();
        let next = |(index, of): (usize, &Instance)| Reverse((of.schedule.next(), index));
        let mut queue: BinaryHeap<_> = instances.iter().enumerate().map(next).collect();
        let mut requests = Vec::new();
        while let Some(Reverse((now, index))) = queue.pop() {
            let time = now.saturating_duration_since(Moment::START);
            if time >= self.length {
                break;
            }
            self.refresh(&mut instances[index], now, &mut requests, random);
            queue.push(next((index, &instances[index])));
        }
        requests.sort_unstable();
        Requests(requests)
    }

    /// One refresh, with all attempts of its request.
    fn refresh(
        &self,
        of: &mut Instance,
        began: Moment,
        requests: &mut Vec<Request>,
        random: &mut dyn FnMut() -> f64,
    ) {
        let most = retry::of_refresh(of.schedule.failures() > 0);
        let (mut now, mut made) = (began, 0);
        loop {
            let time = now.saturating_duration_since(Moment::START);
            requests.push(Request { time, is_first: made == 0 });
            let is_answered = !self.outage.contains(&time);
            let asked_for = self.says_when.then(|| self.outage.end.saturating_sub(time));
            let wait = retry::wait(made, asked_for, random());
            made += 1;
            let left = DEADLINE.saturating_sub(now.saturating_duration_since(began));
            if is_answered || !of.budget.allows((made, most), wait, left) {
                return self.answer(of, now, time, random);
            }
            now = now + wait;
        }
    }

    fn answer(
        &self,
        of: &mut Instance,
        now: Moment,
        time: Duration,
        random: &mut dyn FnMut() -> f64,
    ) {
        if self.outage.contains(&time) {
            let retry_after = self.says_when.then(|| self.outage.end - time);
            let valid_until = self.lease.map(|lease| of.lent + lease);
            return of.schedule.failed(now, retry_after, valid_until, random);
        }
        of.budget.give_back();
        if self.due(of.lent).is_some_and(|due| due <= now) {
            of.lent = now;
        }
        of.schedule.succeeded(now, self.due(of.lent), random);
    }

    fn due(&self, lent: Moment) -> Option<Moment> {
        self.lease.map(|lease| lent + lease * 2 / 3)
    }
}

impl Requests {
    /// Those of a part of the time.
    #[must_use]
    pub fn within(&self, part: Range<Duration>) -> Self {
        Self(self.0.iter().copied().filter(|request| part.contains(&request.time)).collect())
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// How many there were for each refresh.
    #[must_use]
    pub fn per_refresh(&self) -> f64 {
        let refreshes = self.0.iter().filter(|request| request.is_first).count();
        self.0.len() as f64 / refreshes.max(1) as f64
    }

    /// How many there were at most in any window of that length, wherever it begins.
    #[must_use]
    pub fn peak(&self, window: Duration) -> usize {
        let mut first = 0;
        let mut peak = 0;
        for (last, request) in self.0.iter().enumerate() {
            while request.time - self.0[first].time >= window {
                first += 1;
            }
            peak = peak.max(last + 1 - first);
        }
        peak
    }
}

#[cfg(test)]
mod tests;
