//! Many instances of one service that were started at the same moment, each with the schedule that live settings have:
//! what they ask of their store, counted without a clock and without waiting.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::time::Duration;

use crate::clock::Moment;
use crate::live::schedule::{Schedule, Terms};

/// The instances, and what happens to them.
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
pub struct Requests(Vec<Duration>);

/// One instance.
struct Instance {
    schedule: Schedule,
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
                Instance { schedule, lent: Moment::START }
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
            requests.push(time);
            self.answer(&mut instances[index], now, time, random);
            queue.push(next((index, &instances[index])));
        }
        Requests(requests)
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
        Self(self.0.iter().copied().filter(|time| part.contains(time)).collect())
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// How many there were at most in any window of that length, wherever it begins.
    #[must_use]
    pub fn peak(&self, window: Duration) -> usize {
        let mut first = 0;
        let mut peak = 0;
        for (last, time) in self.0.iter().enumerate() {
            while *time - self.0[first] >= window {
                first += 1;
            }
            peak = peak.max(last + 1 - first);
        }
        peak
    }
}

#[cfg(test)]
mod tests;
