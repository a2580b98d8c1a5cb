//! How long something lent is good: a token, a user of a database.

use std::time::Duration;

use crate::clock::Moment;

/// Something that a store lends for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lease {
    /// What the store calls it; empty for the token that one asks with.
    pub(crate) id: String,
    /// How long from the start it is good; zero for without end.
    pub(crate) ttl: Duration,
    /// How long it was good when it was first lent.
    pub(crate) first: Duration,
    /// Whether the store prolongs it.
    pub(crate) renewable: bool,
    /// When it was lent or last prolonged.
    pub(crate) started: Moment,
    /// Which token it was lent under, and ends with; zero for a token itself.
    pub(crate) under: u64,
}

impl Lease {
    /// One that begins now.
    pub(crate) fn new(id: &str, ttl: Duration, renewable: bool) -> Self {
        let started = Moment::now();
        Self { id: id.to_owned(), ttl, first: ttl, renewable, started, under: 0 }
    }

    /// The same under a token, with which it ends.
    pub(crate) fn under(mut self, token: u64, ends: Option<Moment>) -> Self {
        let left = ends.map(|ends| ends.saturating_duration_since(self.started));
        let is_longer = |left: &Duration| self.ttl.is_zero() || *left < self.ttl;
        // Nothing is not without end.
        self.ttl =
            left.filter(is_longer).map_or(self.ttl, |left| left.max(Duration::from_millis(1)));
        self.under = token;
        self
    }

    /// When it is over; none where it never is.
    pub(crate) fn ends(&self) -> Option<Moment> {
        if self.ttl.is_zero() {
            return None;
        }
        self.started.checked_add(self.ttl)
    }

    /// When to see to its successor, two thirds into it; none where it never ends.
    pub(crate) fn due(&self) -> Option<Moment> {
        self.ends().and_then(|_| self.started.checked_add(self.ttl * 2 / 3))
    }

    /// Whether it is time to see to its successor.
    pub(crate) fn is_due(&self, now: Moment) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        self.ends().is_some_and(|end| end <= now)
    }

    /// The same, prolonged by the store.
    pub(crate) fn prolonged(&self, ttl: Duration, renewable: bool, now: Moment) -> Self {
        Self { ttl, renewable, started: now, ..self.clone() }
    }

    /// Whether it was prolonged for a time worth having. At its limit a store gives what was left, a third at most.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.ttl.is_zero() || self.ttl >= self.first / 2
    }
}

#[cfg(test)]
mod tests {
    use super::Lease;
    use crate::clock::Moment;
    use crate::clock::tests::after_sleeping;
    use std::time::Duration;

    fn lease(seconds: u64) -> Lease {
        Lease::new("a", Duration::from_secs(seconds), true)
    }

    #[test]
    fn a_lease_is_due_at_two_thirds_and_over_at_its_end() {
        let lease = lease(90);
        let after = |seconds| lease.started + Duration::from_secs(seconds);
        assert!(!lease.is_due(after(59)));
        assert!(lease.is_due(after(60)));
        assert!(!lease.is_over(after(89)));
        assert!(lease.is_over(after(90)));
    }

    #[test]
    fn the_hours_that_the_machine_slept_are_counted() {
        let lease = lease(3600);
        let after = |hours: u64| after_sleeping(Duration::from_secs(hours * 3600), Moment::now);
        assert!(!lease.is_due(Moment::now()));
        assert!(lease.is_due(after(1)) && lease.is_over(after(1)));
        assert!(lease.is_over(after(8)));
    }

    #[test]
    fn a_lease_without_end_is_never_due() {
        let lease = lease(0);
        let far = lease.started + Duration::from_secs(1_000_000);
        assert!(!lease.is_due(far) && !lease.is_over(far));
        assert_eq!((lease.ends(), lease.due()), (None, None));
    }

    #[test]
    fn a_prolonged_lease_begins_anew_under_its_name() {
        let first = lease(90);
        let now = first.started + Duration::from_secs(60);
        let next = first.prolonged(Duration::from_secs(30), false, now);
        assert_eq!(next.ends(), Some(now + Duration::from_secs(30)));
        assert_eq!((next.id.as_str(), next.renewable), ("a", false));
    }

    #[test]
    fn a_lease_that_the_store_hardly_prolongs_is_given_up() {
        let prolonged = |seconds| {
            let first = lease(90);
            first.prolonged(Duration::from_secs(seconds), true, first.started)
        };
        assert!(prolonged(45).is_worth_keeping());
        assert!(!prolonged(30).is_worth_keeping());
        assert!(prolonged(0).is_worth_keeping());
    }

    #[test]
    fn a_lease_ends_with_the_token_that_it_was_lent_under() {
        let lease = lease(90);
        let started = lease.started;
        let after = |seconds| started + Duration::from_secs(seconds);
        assert_eq!(lease.clone().under(7, Some(after(30))).ends(), Some(after(30)));
        assert_eq!(lease.clone().under(7, Some(after(300))).ends(), Some(after(90)));
        assert_eq!(lease.clone().under(7, None).ends(), Some(after(90)));
        assert!(lease.under(7, Some(started)).ends().is_some());
    }
}
