//! When a request is made again, and after how long.
#![cfg_attr(
    not(all(feature = "_net", feature = "live")),
    allow(dead_code, reason = "requests and the model of many instances each use a part of it")
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
#[cfg(feature = "_net")]
use std::time::SystemTime;

#[cfg(feature = "_net")]
use crate::remote::time::read_http;

/// How often one request is tried.
pub(crate) const ATTEMPTS: u32 = 4;

/// The first wait is drawn below this, each further one below twice as much.
const FIRST: Duration = Duration::from_millis(100);

/// No wait is longer, but for one that the store asks for.
const LONGEST: Duration = Duration::from_secs(2);

/// How many requests one store may be asked again in a row; what succeeds gives some back.
const BUDGET: u32 = 100;
const COST: u32 = 5;

/// How often one request of a refresh is tried: many instances lose their store at the same moment, and each of them has
/// a schedule that tries again. Twice while all is well, as a connection that stayed open may have been cut meanwhile.
pub(crate) const fn of_refresh(was_away: bool) -> u32 {
    if was_away { 1 } else { 2 }
}

/// Bounds how often a store that is in trouble is asked again: a bucket of tokens, as in the retry mode `standard` of
/// the AWS SDKs. Each repetition takes five, each success gives one back.
pub(crate) struct Budget(AtomicU32);

impl Budget {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(BUDGET))
    }

    /// Whether a request is made again after that wait: so many attempts were made, and that much time is left.
    pub(crate) fn allows(&self, (made, most): (u32, u32), wait: Duration, left: Duration) -> bool {
        made < most && wait < left && self.take()
    }

    /// Whether there is enough for one more repetition; it is taken.
    fn take(&self) -> bool {
        let taken = |left: u32| left.checked_sub(COST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    /// A request succeeded.
    pub(crate) fn give_back(&self) {
        let given = |left: u32| (left < BUDGET).then_some(left + 1);
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, given);
    }
}

/// The wait before a repetition: uniformly random up to a bound that doubles ("full jitter", AWS Architecture Blog,
/// Exponential Backoff And Jitter), or what the store asked for.
pub(crate) fn wait(attempt: u32, asked_for: Option<Duration>, random: f64) -> Duration {
    let bound = FIRST.saturating_mul(1 << attempt.min(10)).min(LONGEST);
    let drawn = bound.mul_f64(random);
    asked_for.map_or(drawn, |least| least + drawn.min(FIRST))
}

/// The header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. How far off a date is, the answer's own date
/// says where it has one: the clock of this machine may be another. What cannot be read is taken as a second.
#[cfg(feature = "_net")]
pub(crate) fn asked_for(header: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let text = header?.trim();
    if text.is_empty() {
        return None;
    }
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let Some(until) = read_http(text) else { return Some(Duration::from_secs(1)) };
    let now = date.and_then(|date| read_http(date.trim())).unwrap_or_else(SystemTime::now);
    let left = until.duration_since(now).unwrap_or_default();
    let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
    Some(Duration::from_secs(seconds.min(u32::MAX.into())))
}

#[cfg(test)]
mod tests {
    use super::{ATTEMPTS, Budget, LONGEST, asked_for, wait};
    use std::time::Duration;

    const DATE: Option<&str> = Some("Wed, 21 Oct 2026 07:28:00 GMT");

    #[test]
    fn waits_are_random_and_bounded() {
        let waits: Vec<Duration> = (0..1000).map(|_| wait(10, None, fastrand::f64())).collect();
        assert!(waits.iter().all(|wait| *wait <= LONGEST));
        assert!(waits.iter().any(|wait| *wait < LONGEST / 4));
        assert!(waits.iter().any(|wait| *wait > LONGEST * 3 / 4));
    }

    #[test]
    fn what_the_store_asks_for_is_waited_at_least() {
        let asked = asked_for(Some("3"), None);
        assert!(wait(0, asked, fastrand::f64()) >= Duration::from_secs(3));
        assert_eq!(asked_for(None, DATE), None);
        assert_eq!(asked_for(Some(" "), DATE), None);
    }

    #[test]
    fn a_date_is_waited_for_by_the_clock_of_the_store() {
        let seconds = |header, date| asked_for(Some(header), date).map(|wait| wait.as_secs());
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:30 GMT", DATE), Some(30));
        assert_eq!(seconds("Thu, 22 Oct 2026 07:28:00 GMT", DATE), Some(86_400));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:27:00 GMT", DATE), Some(0));
        assert_eq!(seconds("Fri, 31 Dec 9999 23:59:59 GMT", DATE), Some(u32::MAX.into()));
        assert_eq!(seconds("in a while", DATE), Some(1));
    }

    #[test]
    fn a_date_is_waited_for_by_the_clock_of_this_machine_where_the_store_does_not_tell_its_own() {
        let far = asked_for(Some("Fri, 31 Dec 9999 23:59:59 GMT"), None);
        assert_eq!(far, Some(Duration::from_secs(u32::MAX.into())));
        assert_eq!(asked_for(Some("Sun, 06 Nov 1994 08:49:37 GMT"), None), Some(Duration::ZERO));
    }

    #[test]
    fn a_store_in_trouble_is_not_asked_again_without_end() {
        let budget = Budget::new();
        let taken = (0..1000).filter(|_| budget.take()).count();
        assert_eq!(taken, 20, "of {ATTEMPTS} attempts each");
        budget.give_back();
        assert!(!budget.take());
        (0..10).for_each(|_| budget.give_back());
        assert!(budget.take());
    }
}
