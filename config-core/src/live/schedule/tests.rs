use std::time::Duration;

use proptest::prelude::*;

mod leases;

use super::{CLOSEST, FIRST, FOREVER, Schedule, State, Terms};
use crate::clock::Moment;

const TTL: Duration = Duration::from_secs(300);
const MAX_STALE: Duration = Duration::from_secs(3600);
const TERMS: Terms = Terms { ttl: TTL, max_stale: MAX_STALE };

fn at(seconds: f64) -> Moment {
    Moment::START + Duration::from_secs_f64(seconds)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How long after `now` the schedule acts.
fn wait(schedule: &Schedule, now: Moment) -> Duration {
    schedule.next().saturating_duration_since(now)
}

/// The same number again and again.
fn always(number: f64) -> impl FnMut() -> f64 {
    move || number
}

/// What comes of random numbers: a thousand of each schedule.
fn drawn(mut draw: impl FnMut(&mut dyn FnMut() -> f64) -> Duration) -> Vec<Duration> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut waits: Vec<Duration> = (0..1000).map(|_| draw(&mut || random.f64())).collect();
    waits.sort_unstable();
    waits
}

fn fresh() -> Schedule {
    Schedule::new(TERMS, at(0.0), &mut always(0.5))
}

#[test]
fn the_first_refresh_is_at_a_uniformly_random_point_of_the_time_to_live() {
    let waits = drawn(|random| wait(&Schedule::new(TERMS, at(5.0), random), at(5.0)));
    for (tenth, count) in (1..10).map(|tenth| (tenth, 100 * tenth as usize)) {
        let point = waits[count].as_secs_f64() / TTL.as_secs_f64();
        let even = f64::from(tenth) / 10.0;
        assert!((point - even).abs() < 0.06, "{count} of 1000 before {point}");
    }
    assert!(waits[999] <= TTL);
}

#[test]
fn further_refreshes_are_early_by_up_to_a_tenth() {
    let waits = drawn(|random| {
        let mut schedule = fresh();
        schedule.succeeded(at(142.5), None, random);
        wait(&schedule, at(142.5))
    });
    assert!(waits[0] >= seconds(270) && waits[0] < seconds(271), "{:?}", waits[0]);
    assert!(waits[999] <= seconds(300) && waits[999] > seconds(299), "{:?}", waits[999]);
    assert!((284..=286).contains(&waits[500].as_secs()), "{:?}", waits[500]);
}

#[test]
fn what_is_lent_pulls_the_next_refresh_forward_to_when_it_is_due_or_a_little_later() {
    for (number, expected) in [(0.0, 200.0), (1.0, 205.0)] {
        let mut schedule = fresh();
        schedule.succeeded(at(150.0), Some(at(200.0)), &mut always(number));
        assert_eq!(schedule.next(), at(expected));
    }
    let mut schedule = fresh();
    schedule.succeeded(at(142.5), Some(at(1000.0)), &mut always(0.0));
    assert_eq!(schedule.next(), at(442.5), "due after the time to live is over");
    schedule.lent(at(142.5), None, &mut always(0.0));
    assert_eq!(schedule.next(), at(442.5));
    schedule.lent(at(142.5), Some(at(160.0)), &mut always(0.0));
    assert_eq!(schedule.next(), at(160.0), "of the first load");
}

#[test]
fn settings_that_rest_on_kept_answers_are_as_old_as_these_and_too_old_the_sooner() {
    let mut schedule = fresh();
    schedule.succeeded(at(100.0), None, &mut always(0.5));
    schedule.rests_on(seconds(200));
    assert_eq!(schedule.age(at(110.0)), seconds(210));
    schedule.failed(at(110.0), None, None, &mut always(1.0));
    assert_eq!(schedule.state(at(3499.0)), State::Stale);
    assert_eq!(schedule.state(at(3500.0)), State::Expired);
    for _ in 0..20 {
        schedule.failed(at(3460.0), None, None, &mut always(1.0));
    }
    assert_eq!(wait(&schedule, at(3460.0)), seconds(10), "a quarter of what is left");
    schedule.succeeded(at(3470.0), None, &mut always(0.5));
    assert_eq!(schedule.age(at(3475.0)), seconds(5));
}

#[test]
fn what_is_lent_and_was_due_long_ago_does_not_make_it_spin() {
    let mut schedule = fresh();
    schedule.succeeded(at(100.0), Some(at(10.0)), &mut always(0.0));
    assert_eq!(wait(&schedule, at(100.0)), CLOSEST);
}

#[test]
fn waits_after_failures_double_up_to_a_minute_and_are_drawn_from_nothing_on() {
    let bounds = [2, 4, 8, 16, 32, 60, 60, 60];
    let mut longest = fresh();
    for bound in bounds {
        longest.failed(at(0.0), None, None, &mut always(1.0));
        assert_eq!(wait(&longest, at(0.0)), seconds(bound));
        let waits = drawn(|random| {
            let mut schedule = Schedule { doubled: longest.failures() - 1, ..fresh() };
            schedule.failed(at(0.0), None, None, random);
            wait(&schedule, at(0.0))
        });
        let middle = waits[500].as_secs_f64() / bound as f64;
        assert!((0.45..0.55).contains(&middle), "{middle} of {bound} s");
        assert!(waits[10] <= (seconds(bound) / 50).max(CLOSEST), "{:?}", waits[10]);
    }
}

#[test]
fn no_wait_is_beyond_a_quarter_of_what_is_left_until_the_settings_or_a_lease_are_over() {
    let after = |now, valid_until| {
        let mut schedule = Schedule { doubled: 20, ..fresh() };
        schedule.failed(now, None, valid_until, &mut always(1.0));
        wait(&schedule, now)
    };
    assert_eq!(after(at(3500.0), None), seconds(25));
    assert_eq!(after(at(3500.0), Some(at(3540.0))), seconds(10), "the lease ends sooner");
    assert_eq!(after(at(3500.0), Some(at(9000.0))), seconds(25), "the settings do");
    assert_eq!(after(at(3599.9), None), seconds(2), "as after the first failure, and no closer");
    assert_eq!(after(at(100.0), Some(at(100.1))), CLOSEST, "a lease is one's own");
    assert_eq!(after(at(3500.0), Some(at(3400.0))), seconds(25), "the lease is over");
    assert_eq!(after(at(3600.0), None), seconds(60), "all is over");
    assert_eq!(after(at(9999.0), Some(at(9000.0))), seconds(60));
}

#[test]
fn what_the_store_asks_for_is_waited_at_least_and_spread() {
    let after = |now, asked, number| {
        let mut schedule = fresh();
        schedule.failed(now, Some(asked), None, &mut always(number));
        wait(&schedule, now)
    };
    assert_eq!(after(at(0.0), seconds(30), 0.0), seconds(30));
    assert_eq!(after(at(0.0), seconds(30), 1.0), seconds(60));
    assert_eq!(after(at(0.0), seconds(120), 1.0), seconds(180));
    assert_eq!(after(at(0.0), Duration::ZERO, 1.0), seconds(2));
    assert_eq!(after(at(3500.0), seconds(60), 1.0), seconds(70), "a quarter of what is then left");
    assert_eq!(after(at(3599.0), seconds(600), 0.0), seconds(600), "beyond what is left");
    assert_eq!(after(at(0.0), Duration::MAX, 0.0), seconds(24 * 3600));
}

#[test]
fn a_success_ends_the_failures() {
    let mut schedule = fresh();
    (0..3).for_each(|_| schedule.failed(at(300.0), None, None, &mut always(0.5)));
    assert_eq!((schedule.failures(), schedule.age(at(310.0))), (3, seconds(310)));
    schedule.succeeded(at(310.0), None, &mut always(0.5));
    assert_eq!((schedule.failures(), schedule.age(at(311.0))), (0, seconds(1)));
}

#[test]
fn what_happens_to_all_instances_at_once_does_not_bring_them_together() {
    let turns: Vec<Moment> = drawn(|random| wait(&Schedule::new(TERMS, at(0.0), random), at(0.0)))
        .into_iter()
        .map(|after| at(0.0) + after)
        .collect();
    for together in [100.0, 500.0, 5000.0] {
        let mut random = fastrand::Rng::with_seed(9);
        let waits = turns.iter().map(|turn| {
            let mut schedule = Schedule { turn: *turn, next: *turn, ..fresh() };
            schedule.succeeded(at(together), None, &mut || random.f64());
            wait(&schedule, at(together))
        });
        let mut waits: Vec<Duration> = waits.collect();
        waits.sort_unstable();
        let points = [100, 300, 500, 700, 900].map(|at| waits[at].as_secs_f64() / 285.0);
        for (point, even) in points.into_iter().zip([0.1, 0.3, 0.5, 0.7, 0.9]) {
            assert!((point - even).abs() < 0.08, "{point} at {together}");
        }
    }
}

#[test]
fn settings_are_stale_from_the_first_failure_and_expired_when_they_are_too_old() {
    let mut schedule = fresh();
    assert_eq!(schedule.state(at(100.0)), State::Fresh);
    schedule.failed(at(150.0), None, None, &mut always(0.5));
    assert_eq!(schedule.state(at(150.0)), State::Stale);
    assert_eq!(schedule.state(at(3599.0)), State::Stale);
    assert_eq!(schedule.state(at(3600.0)), State::Expired);
    schedule.succeeded(at(4000.0), None, &mut always(0.5));
    assert_eq!(schedule.state(at(4000.0)), State::Fresh);
}

#[test]
fn a_long_time_to_live_is_no_failure() {
    let day = Terms { ttl: seconds(24 * 3600), max_stale: seconds(3600) };
    let schedule = Schedule::new(day, at(0.0), &mut always(0.9));
    assert_eq!(schedule.state(at(20.0 * 3600.0)), State::Fresh);
    assert_eq!(schedule.state(schedule.next()), State::Fresh);
    let none = Terms { max_stale: Duration::ZERO, ..TERMS };
    let mut schedule = Schedule::new(none, at(0.0), &mut always(0.5));
    assert_eq!(schedule.state(schedule.next()), State::Fresh);
    schedule.failed(at(0.0), None, None, &mut always(0.5));
    assert_eq!(schedule.state(at(0.0)), State::Expired, "where nothing may be stale");
}

#[test]
fn after_the_machine_slept_for_hours_one_refresh_is_due_at_once() {
    let mut schedule = fresh();
    let woken = at(8.0 * 3600.0);
    assert!(schedule.next() <= woken);
    assert_eq!(schedule.state(woken), State::Stale, "none has failed");
    schedule.succeeded(woken, None, &mut always(0.5));
    assert_eq!(schedule.state(woken), State::Fresh);
    assert!(wait(&schedule, woken) > CLOSEST && wait(&schedule, woken) <= seconds(285));
}

/// What may happen to a schedule.
#[derive(Debug, Clone)]
enum Event {
    Succeeded { due: Option<Duration> },
    Failed { retry_after: Option<Duration>, valid_for: Option<Duration> },
    Passed(Duration),
}

fn any_duration() -> impl Strategy<Value = Duration> {
    let usual = (0u64..200_000).prop_map(Duration::from_millis);
    let any = (any::<u64>(), 0u32..1_000_000_000).prop_map(|(s, n)| Duration::new(s, n));
    prop_oneof![4 => usual, 1 => any, 1 => Just(Duration::ZERO), 1 => Just(Duration::MAX)]
}

fn any_event() -> impl Strategy<Value = Event> {
    let maybe = || prop::option::of(any_duration());
    prop_oneof![
        maybe().prop_map(|due| Event::Succeeded { due }),
        (maybe(), maybe())
            .prop_map(|(retry_after, valid_for)| Event::Failed { retry_after, valid_for }),
        any_duration().prop_map(Event::Passed),
    ]
}

proptest! {
    /// Whatever the terms and whatever happens: it does not panic or spin, and waits no longer than its rules say.
    #[test]
    fn every_wait_is_within_its_bounds(
        ttl in any_duration(),
        max_stale in any_duration(),
        events in prop::collection::vec(any_event(), 0..40),
        seed: u64,
    ) {
        let mut numbers = fastrand::Rng::with_seed(seed);
        let mut random = || match numbers.u8(..) { 0 => 0.0, 255 => 1.0, _ => numbers.f64() };
        let mut now = Moment::START;
        let mut schedule = Schedule::new(Terms { ttl, max_stale }, now, &mut random);
        let usual = ttl.min(FOREVER).max(CLOSEST);
        prop_assert!(wait(&schedule, now) >= CLOSEST && wait(&schedule, now) <= usual);
        let mut in_a_row = 0;
        for event in events {
            let late = now == Moment::START + Duration::MAX;
            let closest = if late { Duration::ZERO } else { CLOSEST };
            match event {
                Event::Passed(long) => now = now + long.min(FOREVER),
                Event::Succeeded { due } => {
                    schedule.succeeded(now, due.map(|due| now + due), &mut random);
                    in_a_row = 0;
                    prop_assert!(schedule.age(now).is_zero());
                    prop_assert_eq!(schedule.state(now), State::Fresh);
                    let longest = due.map_or(usual, |due| usual.min(due.saturating_mul(11) / 10));
                    prop_assert!(wait(&schedule, now) <= longest.max(CLOSEST));
                }
                Event::Failed { retry_after, valid_for } => {
                    let until = valid_for.map(|long| now + long);
                    schedule.failed(now, retry_after, until, &mut random);
                    in_a_row += 1;
                    let asked = retry_after.unwrap_or_default().min(seconds(24 * 3600));
                    prop_assert!(wait(&schedule, now) >= asked);
                    prop_assert!(wait(&schedule, now) <= asked + seconds(60));
                    let left = max_stale.checked_sub(schedule.age(now)).filter(|left| !left.is_zero());
                    if let (None, Some(left)) = (retry_after, left) {
                        prop_assert!(wait(&schedule, now) <= (left / 4).max(FIRST));
                    }
                    prop_assert_ne!(schedule.state(now), State::Fresh);
                }
            }
            prop_assert_eq!(schedule.failures(), in_a_row);
            if !matches!(event, Event::Passed(_)) {
                prop_assert!(wait(&schedule, now) >= closest);
            }
        }
    }
}
