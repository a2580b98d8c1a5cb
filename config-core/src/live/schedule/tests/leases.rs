//! A credential that is lent for ten seconds, from a store that is out of reach for half of that time.

use std::ops::Range;
use std::time::Duration;

use super::super::{FIRST, Schedule, Terms};
use super::{TERMS, seconds};
use crate::clock::Moment;

const LEASE: Duration = seconds(10);
const LENGTH: Duration = seconds(3600);

/// What came of an hour of it.
#[derive(Default)]
struct Hour {
    /// When the store prolonged the credential, or made another.
    renewed: Vec<Duration>,
    /// When it was tried in vain.
    failed: usize,
    /// How long there was no credential that is good.
    without: Duration,
}

impl Hour {
    /// Where of each ten seconds the store is out of reach; a request takes that long.
    fn with(away: Range<Duration>, takes: Duration, seed: u64) -> Self {
        let mut numbers = fastrand::Rng::with_seed(seed);
        let mut random = || numbers.f64();
        let mut hour = Self::default();
        let mut lent = Moment::START;
        let mut schedule = Schedule::new(TERMS, lent, &mut random);
        schedule.lent(lent, Some(lent + LEASE * 2 / 3), &mut random);
        loop {
            let asked = schedule.next();
            let time = asked.saturating_duration_since(Moment::START);
            if time > LENGTH {
                return hour;
            }
            let now = asked + takes;
            let of_ten = Duration::from_nanos((time.as_nanos() % LEASE.as_nanos()) as u64);
            if away.contains(&of_ten) {
                hour.failed += 1;
                schedule.failed(now, None, Some(lent + LEASE), &mut random);
                continue;
            }
            if lent + LEASE * 2 / 3 <= asked {
                hour.renewed.push(time);
                hour.without += now.saturating_duration_since(lent + LEASE);
                lent = now;
            }
            schedule.succeeded(now, Some(lent + LEASE * 2 / 3), &mut random);
        }
    }

    /// How many renewals there were at most in the time of one lease.
    fn most_in_a_lease(&self) -> usize {
        let within = |from: &Duration| {
            self.renewed.iter().filter(|at| **at >= *from && **at - *from < LEASE).count()
        };
        self.renewed.iter().map(within).max().unwrap_or(0)
    }
}

#[test]
fn a_lease_is_renewed_at_two_thirds_and_hardly_later() {
    let hour = Hour::with(seconds(0)..seconds(0), Duration::from_millis(20), 1);
    assert_eq!((hour.failed, hour.without), (0, Duration::ZERO));
    assert!((490..=540).contains(&hour.renewed.len()), "{}", hour.renewed.len());
    assert!(hour.most_in_a_lease() <= 2);
}

#[test]
fn a_lease_is_renewed_three_times_in_its_time_at_most_and_hardly_missed_while_the_store_comes_and_goes()
 {
    for seed in 0..20 {
        for (from, to) in [(0, 5), (5, 10), (3, 8), (2, 7)] {
            let hour = Hour::with(seconds(from)..seconds(to), Duration::from_millis(20), seed);
            assert!(hour.most_in_a_lease() <= 3, "{}", hour.most_in_a_lease());
            let tries = hour.failed + hour.renewed.len();
            assert!(tries <= 360 * 20, "{tries} in 360 leases");
            // The store comes back when the lease is about to end, each time; what is missing is the time of a request.
            assert!(hour.without < LENGTH / 200, "{:?}", hour.without);
        }
    }
}

#[test]
fn after_a_lease_that_ended_while_the_store_was_away_it_is_asked_again_soon() {
    let mut schedule = Schedule::new(
        Terms { ttl: seconds(300), max_stale: seconds(3600) },
        Moment::START,
        &mut || 0.5,
    );
    let end = Moment::START + LEASE;
    let mut now = Moment::START + LEASE * 2 / 3;
    while now < end {
        schedule.failed(now, None, Some(end), &mut || 0.5);
        now = schedule.next();
    }
    assert!(schedule.failures() > 6, "{}", schedule.failures());
    schedule.failed(now, None, Some(end), &mut || 1.0);
    assert_eq!(schedule.next().saturating_duration_since(now), FIRST, "as after the first failure");
}
