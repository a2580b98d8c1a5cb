//! A secret that is being read, and what the others do meanwhile.

use std::borrow::Cow;
use std::time::Duration;

use tokio::sync::watch;

use super::entry::{Held, earlier, former, make_room};
use super::{Address, Cache};
use crate::clock::Moment;
use crate::remote::absent::Gone;
use crate::remote::given::Given;
use crate::remote::lease::Lease;
use crate::remote::reading::says_nothing;
use crate::remote::{Blob, Outcome, Unread};

/// What a load has to do for one secret.
pub(in crate::remote) enum Turn {
    /// Nothing: it is here.
    Fresh(Blob),
    /// To read it, for all who want it.
    Lead(Flight),
    /// To wait for whoever is reading it.
    Wait(Waiting),
}

/// A secret that is being read. Dropped before it has landed, it lets the others read for themselves.
pub(in crate::remote) struct Flight {
    pub(super) cache: Cache,
    pub(super) address: Address,
    pub(super) landed: watch::Sender<Option<Outcome>>,
}

/// What may be taken of an earlier answer, or why nothing may, in words.
pub(in crate::remote) type Earlier = Result<Was, String>;

/// An earlier answer.
pub(in crate::remote) enum Was {
    There(Blob),
    /// There was no such secret.
    Absent {
        why: Cow<'static, str>,
        age: Duration,
    },
}

/// Somebody else's [`Flight`].
pub(in crate::remote) struct Waiting {
    pub(super) landed: watch::Receiver<Option<Outcome>>,
    pub(super) held: Option<Held>,
    pub(super) absent: Option<Gone>,
}

impl Flight {
    /// Hands the outcome to all who wait, and keeps it where it is a secret.
    pub(in crate::remote) fn land(self, outcome: &Outcome) {
        self.landed.send_replace(Some(outcome.clone()));
        let mut entries = self.cache.entries();
        if matches!(outcome, Err(Unread::Absent(_))) {
            make_room(&mut entries);
        }
        // One that was invalidated meanwhile may be older than what made it so.
        let entry = entries.get_mut(&self.address);
        let Some(entry) = entry.filter(|entry| entry.is_read_by(&self.landed)) else { return };
        match outcome {
            Ok(blob) => {
                entry.absent = None;
                // What was lent is taken again without asking, or where nobody could be asked.
                let again = entry.held.as_ref().filter(|_| blob.given.is_some());
                let given = again.map_or_else(Given::now, |held| held.given);
                let due = blob.lease.as_ref().and_then(Lease::due);
                let is_old = Moment::now() + self.cache.inner.time_to_live;
                let until = due.into_iter().chain(blob.good_until).fold(is_old, Moment::min);
                let blob = Blob { given: None, trouble: None, ..blob.clone() };
                entry.held = Some(Held::new(blob, given, until));
            }
            Err(unread) if says_nothing(unread) => return,
            // The store was reached and gives it no longer: what it gave before must not come back.
            Err(unread) => (entry.held, entry.absent) = (None, Gone::now(unread)),
        }
        entries.remove(&former(&self.address));
    }

    /// What was lent before, if that is not over.
    pub(in crate::remote) fn lent(&self) -> Option<Blob> {
        let entries = self.cache.entries();
        let held = entries.get(&self.address)?.held.as_ref().filter(|held| !held.is_refused)?;
        let lease = held.blob.lease.as_ref().filter(|lease| !lease.is_over(Moment::now()));
        lease.is_some().then(|| held.again())
    }

    /// What was read before.
    pub(in crate::remote) fn earlier(&self, oldest: Duration) -> Earlier {
        self.cache.earlier(&self.address.0, &self.address.1, oldest)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut entries = self.cache.entries();
        let Some(entry) = entries.get_mut(&self.address) else { return };
        if entry.is_read_by(&self.landed) {
            entry.flight = None;
            if entry.held.is_none() && entry.absent.is_none() {
                entries.remove(&self.address);
            }
        }
    }
}

impl Waiting {
    /// What was read before.
    pub(in crate::remote) fn earlier(&self, oldest: Duration) -> Earlier {
        earlier(self.held.as_ref(), self.absent.as_ref(), oldest)
    }

    /// The outcome; none where whoever was reading gave up.
    pub(in crate::remote) async fn landed(mut self) -> Option<Outcome> {
        self.landed.wait_for(Option::is_some).await.ok()?.clone()
    }
}
