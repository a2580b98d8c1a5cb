//! The time as it passes for what is lent: the hours that the machine slept are counted.
#![cfg_attr(
    not(all(feature = "_net", feature = "live")),
    allow(dead_code, reason = "leases and live settings each use a part of it")
)]

use std::ops::Add;
use std::time::Duration;

/// A moment of a clock that nobody sets and that goes on while the machine sleeps, which [`Instant`](std::time::Instant)
/// does not on Linux and Apple's systems: there a lease that ended during the sleep would look good for hours more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(Duration);

impl Moment {
    /// When the clock began.
    #[cfg(any(test, all(feature = "live", feature = "testing")))]
    pub(crate) const START: Self = Self(Duration::ZERO);

    pub(crate) fn now() -> Self {
        let since_start = since_start();
        #[cfg(test)]
        let since_start = since_start + tests::SLEPT.get();
        Self(since_start)
    }

    /// None where it is later than the clock can say.
    pub(crate) fn checked_add(self, after: Duration) -> Option<Self> {
        self.0.checked_add(after).map(Self)
    }

    /// How long it has been since then; nothing where then is later.
    pub(crate) const fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    /// The last moment there is, where that is later than the clock can say.
    fn add(self, after: Duration) -> Self {
        Self(self.0.saturating_add(after))
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn since_start() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    // Linux's CLOCK_MONOTONIC stands still while the machine sleeps; Apple's goes on, and it has no CLOCK_BOOTTIME.
    #[cfg(not(target_vendor = "apple"))]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(target_vendor = "apple")]
    const CLOCK: ClockId = ClockId::Monotonic;
    Duration::try_from(clock_gettime(CLOCK)).unwrap_or_default()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn since_start() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;
    use std::time::{Duration, Instant};

    use super::Moment;

    thread_local! {
        /// How long the machine seems to have slept to this thread.
        pub(super) static SLEPT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// What there is after the machine has slept that long; to this thread alone.
    pub(crate) fn after_sleeping<R>(long: Duration, see: impl FnOnce() -> R) -> R {
        struct Awake(Duration);
        impl Drop for Awake {
            fn drop(&mut self) {
                SLEPT.set(self.0);
            }
        }

        let _awake = Awake(SLEPT.get());
        SLEPT.set(SLEPT.get() + long);
        see()
    }

    #[test]
    fn it_goes_on_as_fast_as_any_other_clock() {
        let also = Instant::now();
        let begin = Moment::now();
        std::thread::sleep(Duration::from_millis(20));
        let passed = Moment::now().saturating_duration_since(begin);
        assert!(passed >= Duration::from_millis(20) && passed <= also.elapsed(), "{passed:?}");
    }

    #[test]
    fn it_never_goes_back() {
        let moments: Vec<Moment> = (0..10_000).map(|_| Moment::now()).collect();
        assert!(moments.is_sorted());
    }

    /// The file counts the time that the machine slept, too.
    #[cfg(target_os = "linux")]
    #[test]
    fn it_counts_since_the_machine_started() {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let uptime: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
        let since = Moment::now().saturating_duration_since(Moment::START).as_secs_f64();
        assert!((since - uptime).abs() < 2.0, "{since} beside {uptime}");
    }

    #[test]
    fn sleep_is_counted() {
        let begin = Moment::now();
        let hours = Duration::from_secs(8 * 3600);
        let seen = after_sleeping(hours, || Moment::now().saturating_duration_since(begin));
        assert!(seen >= hours);
        assert!(Moment::now().saturating_duration_since(begin) < hours);
    }

    #[test]
    fn no_moment_is_beyond_the_last() {
        let last = Moment::now() + Duration::MAX;
        assert_eq!(last + Duration::MAX, last);
        assert_eq!(last.checked_add(Duration::from_nanos(1)), None);
        assert_eq!(Moment::START.saturating_duration_since(last), Duration::ZERO);
    }
}
