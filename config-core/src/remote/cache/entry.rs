//! What is kept of one secret, and for whom it may be of use.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::flight::{Earlier, Was};
use super::{Address, Entries};
use crate::clock::Moment;
use crate::remote::absent::{self, Gone};
use crate::remote::follower::{Asked, Follower};
use crate::remote::given::Given;
use crate::remote::{Blob, Outcome};

/// How old an answer may be in the file that nobody in the process has asked for: it may be of a token that is no more.
#[cfg(feature = "age")]
const LEFT_OVER: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long what was asked for is kept at least, so that the parts of one load do not drop each other's.
const LEAST: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Entry {
    /// What was read last.
    pub(super) held: Option<Held>,
    /// That there was none when the store was last reached.
    pub(super) absent: Option<Gone>,
    /// Where it is being read.
    pub(super) flight: Option<watch::Receiver<Option<Outcome>>>,
    /// The fields that want it.
    pub(super) fields: BTreeSet<String>,
    pub(super) asked: Asked,
    /// When it was asked for last; never where another process wrote it down.
    last: Option<Moment>,
    /// How old an answer may be to whoever may take the oldest.
    serves: Duration,
}

#[derive(Clone)]
pub(super) struct Held {
    pub(super) blob: Blob,
    pub(super) given: Given,
    pub(super) until: Moment,
    /// Whether it was lent, and its service refuses it: another is to be asked for.
    pub(super) is_refused: bool,
}

/// Who wants a secret, for which fields, and how old an answer may be that is taken.
#[derive(Clone, Copy)]
pub(super) struct Wants<'w> {
    pub(super) fields: &'w [String],
    pub(super) follower: Option<Follower>,
    pub(super) oldest: Duration,
}

impl Entry {
    /// By another process.
    #[cfg(feature = "age")]
    pub(super) fn written_down(
        held: Option<Held>,
        absent: Option<Gone>,
        fields: BTreeSet<String>,
    ) -> Self {
        Self { held, absent, fields, ..Self::default() }
    }

    /// Whether this flight is the entry's.
    pub(super) fn is_read_by(&self, flight: &watch::Sender<Option<Outcome>>) -> bool {
        self.flight.as_ref().is_some_and(|landed| landed.same_channel(&flight.subscribe()))
    }

    pub(super) fn is_wanted(&mut self, wants: Wants<'_>) {
        self.fields.extend(wants.fields.iter().cloned());
        self.asked.by(wants.follower);
        self.last = Some(Moment::now());
        self.serves = self.serves.max(wants.oldest).max(LEAST);
    }

    /// Whether anybody may still take it: it has been asked for not longer ago than an answer may be old, or is lent.
    pub(super) fn is_of_use(&self) -> bool {
        let now = Moment::now();
        let lease = self.held.as_ref().and_then(|held| held.blob.lease.as_ref());
        if self.flight.is_some() || lease.is_some_and(|lease| !lease.is_over(now)) {
            return true;
        }
        match self.last {
            Some(last) => now <= last + self.serves,
            None => !self.is_left_over(),
        }
    }

    /// Whether there is an answer.
    const fn has_any(&self) -> bool {
        self.held.is_some() || self.absent.is_some()
    }

    #[cfg(feature = "age")]
    fn is_left_over(&self) -> bool {
        let given = self.held.as_ref().map(|held| held.given);
        let given = given.or(self.absent.as_ref().map(|gone| gone.given));
        given.is_some_and(|given| given.wall().elapsed().is_ok_and(|age| age > LEFT_OVER))
    }

    #[cfg(not(feature = "age"))]
    const fn is_left_over(&self) -> bool {
        false
    }
}

impl Held {
    pub(super) const fn new(blob: Blob, given: Given, until: Moment) -> Self {
        Self { blob, given, until, is_refused: false }
    }

    pub(super) fn is_fresh(&self) -> bool {
        Moment::now() < self.until
    }

    /// Has it be an earlier answer from now on, unless it is under a lease.
    pub(super) fn outdate(&mut self) {
        if self.blob.lease.is_none() {
            self.until = self.given.came();
        }
    }

    /// It, for a load that did not ask the store for it.
    pub(super) fn again(&self) -> Blob {
        Blob { given: Some(self.given.came()), ..self.blob.clone() }
    }
}

/// Where the answer to another process would be.
pub(super) fn former((asker, read): &Address) -> Address {
    (Arc::new(asker.former()), read.clone())
}

/// What there is of earlier answers: that to this asker, or where there is none that to the account in another process.
/// What another credential got in this process is its own.
pub(super) fn known<'e>(
    entries: &'e Entries,
    address: &Address,
) -> (Option<&'e Held>, Option<&'e Gone>) {
    let own = entries.get(address).filter(|entry| entry.has_any());
    let entry = own.or_else(|| entries.get(&former(address)));
    entry.map_or((None, None), |entry| (entry.held.as_ref(), entry.absent.as_ref()))
}

/// What may be taken of these, where the store is out of reach.
pub(super) fn earlier(held: Option<&Held>, absent: Option<&Gone>, oldest: Duration) -> Earlier {
    match (held, absent) {
        (Some(held), _) => {
            let age = Some(held.given.age(oldest)?);
            match held.blob.good_until.is_some_and(|until| until <= Moment::now()) {
                true => Err(match held.blob.lease {
                    Some(_) => "the kept answer was lent, and is good no longer",
                    None => "the kept answer has expired",
                }
                .to_owned()),
                false => Ok(Was::There(Blob { age, ..held.blob.clone() })),
            }
        }
        (None, Some(Gone { why, given })) => {
            let age = given.age(oldest)?;
            Ok(Was::Absent { why: why.clone(), age })
        }
        (None, None) => Err("no earlier answer is kept".to_owned()),
    }
}

/// Forgets the absences that are longest ago, where there are too many.
pub(super) fn make_room(entries: &mut HashMap<Address, Entry>) {
    let absences = entries.values().filter_map(|entry| entry.absent.as_ref());
    let mut times: Vec<Moment> = absences.map(|gone| gone.given.came()).collect();
    if times.len() >= absent::MOST {
        let (_, until, _) = times.select_nth_unstable(absent::MOST / 10);
        let is_kept = |gone: &Gone| gone.given.came() > *until;
        entries
            .retain(|_, entry| entry.flight.is_some() || entry.absent.as_ref().is_none_or(is_kept));
    }
}
