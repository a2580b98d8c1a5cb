//! What every source over a network shares: which secrets a load has to read for its keys, reading each of them once,
//! and finding the keys in what came back.
//!
//! A source of a kind is a [`Backend`]; [`Remote`] makes a [`Source`] of it.
#![cfg_attr(
    not(all(feature = "aws", feature = "gcp", feature = "vault")),
    allow(dead_code, reason = "each kind of source uses a part of it")
)]

mod absent;
mod account;
pub(crate) mod address;
pub(crate) mod asker;
pub(crate) mod blocking;
pub(crate) mod body;
pub(crate) mod both;
mod cache;
#[cfg(feature = "age")]
mod disk;
pub(crate) mod encode;
mod follower;
mod forward;
mod found;
mod given;
pub(crate) mod http;
pub(crate) mod lease;
pub(crate) mod locate;
pub(crate) mod reach;
mod reading;
pub(crate) mod runtime;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
pub(crate) mod shell;
pub(crate) mod time;
mod together;
pub(crate) mod tries;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use absent::{gone, other_version};
use asker::Asker;
pub use cache::Cache;
pub(crate) use follower::Follower;
pub(crate) use forward::is_source_by;
use lease::Lease;
use locate::{Located, Place};
#[cfg(any(feature = "aws", feature = "vault"))]
pub(crate) use reading::late;
#[cfg(feature = "aws")]
pub(crate) use reading::{each, gathered};
use runtime::Holding;
pub(crate) use together::{Load, Part};
use together::{Store, Want};

use crate::clock::Moment;
use crate::document::lookup;
use crate::source::{
    Answer, Answers, Claims, Failure, FailureKind, Fetch, Key, Noted, Source, SourcePlan, Trouble,
    Unclaimed, Wanted,
};
use crate::value::Node;

/// A store of secrets that is asked over a network.
pub(crate) trait Backend: Send + Sync + Sized + 'static {
    /// The kind in a list: `vault`.
    const KIND: &'static str;

    /// What tells this store from others of its kind, for what is kept between loads: address, namespace, account; and
    /// which credential of that account it is asked with.
    fn asker(&self) -> Asker;

    /// The name of a key's own secret, where neither the key nor the entry of the list names one; none where this kind
    /// of store has no such names.
    fn own_name(&self, _key: &Key<'_>) -> Option<String> {
        None
    }

    /// A place in which keys are looked for, in the words of the store, where these differ from those for one value.
    fn table(&self, place: &str) -> Option<String> {
        let _ = place;
        None
    }

    /// What is to be said where whoever is in between reads along.
    fn exposed(&self) -> Option<&'static str> {
        None
    }

    /// Reads one secret, until then at most.
    fn read(&self, read: &Read, asking: Asking) -> impl Future<Output = Outcome> + Send;

    /// Reads several, in their order; the limit of how many at once is the caller's.
    fn read_all(
        self: &Arc<Self>,
        reads: Vec<Read>,
        asking: Asking,
    ) -> impl Future<Output = Vec<Outcome>> + Send {
        reading::each(Arc::clone(self), reads, asking)
    }

    /// What was read earlier, prolonged at the store; none where a fresh one has to be read. Asked for what is lent alone.
    ///
    /// # Errors
    /// The store could not be asked, or not now; what was lent is good until it ends.
    fn prolonged(
        &self,
        _blob: &Blob,
        _asking: Asking,
    ) -> impl Future<Output = Result<Option<Blob>, Failure>> + Send {
        std::future::ready(Ok(None))
    }

    /// When the token that one asks with has to be seen to; none where it needs nothing.
    fn due(&self) -> Option<Moment> {
        None
    }

    /// Sees to that token, where nothing else is asked with it: what was lent under it ends with it.
    fn upkeep(&self, _asking: Asking) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// What kept it from seeing to that token when it was time to; none where it is seen to.
    fn trouble(&self) -> Option<Trouble> {
        None
    }

    /// What has to be asked before these can be read, as far as it is known without asking; without a token in hand, the
    /// login.
    fn before(&self, reads: &[Read]) -> Before {
        let _ = reads;
        Before::default()
    }

    /// What reading these, each for so many keys, would ask, cost and need after that, without asking it.
    fn plan(&self, reads: &[(Read, usize)]) -> SourcePlan;

    /// Where the store was asked for it, behind words that say it is not there: `in eu-west-1`.
    fn whereabouts(&self, read: &Read) -> Option<String> {
        let _ = read;
        None
    }

    /// What a person does so that this secret has that key: `run: vault kv patch secret/app port=-`. Why the secret was
    /// not there when it was asked for last, if it was not.
    fn remedy(
        &self,
        read: &Read,
        key: Option<&str>,
        absent: Option<&'static str>,
    ) -> Option<String>;
}

/// One secret to be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Read {
    /// Which secret, in the words of the store.
    pub(crate) place: String,
    /// Which version of it; none for the current one.
    pub(crate) version: Option<String>,
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "@{version}"))
    }
}

/// What is asked before the first secret can be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// The calls, in words for a person.
    pub(crate) calls: Vec<String>,
    /// How often an answer is waited for, one after the other.
    pub(crate) waits: usize,
}

/// The terms under which a secret is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    /// When whoever asks stops waiting.
    pub(crate) until: Instant,
    /// Whether nothing may be changed by reading: no credential is minted.
    pub(crate) only_looks: bool,
}

/// What there is of earlier answers, how old one may be where the store cannot be reached, and how hard it is tried.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) cache: Option<Cache>,
    pub(crate) stale: Option<Duration>,
    /// How often one request is tried.
    pub(crate) attempts: u32,
    /// Whose load it is, where it is one of live settings.
    pub(crate) follower: Option<Follower>,
}

/// What came of reading one secret.
pub(crate) type Outcome = Result<Blob, Unread>;

/// A secret as it was read.
#[derive(Clone)]
pub(crate) struct Blob {
    /// A text, bytes, or a table of the store's own.
    pub(crate) node: Node,
    /// The version that it is, where the store has versions.
    pub(crate) version: Option<String>,
    /// When it stops being good, where the store says so: the end of a lease.
    pub(crate) good_until: Option<Moment>,
    /// The lease that it is lent under, where it was made for whoever asked.
    pub(crate) lease: Option<Lease>,
    /// How old it is, where the store could not be reached and an earlier answer was taken.
    pub(crate) age: Option<Duration>,
    /// When the store gave it, where that was for an earlier load.
    pub(crate) given: Option<Moment>,
    /// Why it is an earlier one, or was not prolonged, where the store should have been asked.
    pub(crate) trouble: Option<Box<Failure>>,
    /// What the store remarked on it, in words that hold no value.
    pub(crate) remarks: Vec<String>,
}

/// Why there is nothing of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The store was asked and has no such secret: `no such secret`. A version that was named and is not there is a
    /// failure, see [`gone`].
    Absent(&'static str),
    /// The store cannot be reached; when it last was, it had no such secret.
    WasAbsent { why: Cow<'static, str>, age: Duration, failure: Box<Failure> },
    /// It was not read, since that would change something: why.
    NotRead(&'static str),
    /// The store could not say.
    Failed(Failure),
}

/// A backend as a source of a list.
pub(crate) struct Remote<B> {
    backend: Arc<B>,
    /// The name of the entry, of `vault@eu` the `eu`.
    name: Option<String>,
    /// The secret in which keys are looked for that name none.
    place: Option<Place>,
    pub(crate) held: Holding,
    remarks: Mutex<Vec<String>>,
    lent: Mutex<Lent>,
    /// The names in the secrets that were read last, which somebody may have meant to be those of keys.
    names: Mutex<Vec<(Read, Node)>>,
    /// The secrets that were not there when they were asked for last, and why.
    absent: Mutex<BTreeMap<Read, &'static str>>,
}

/// When the first of what is in use has to be seen to, and when the first is no longer good.
#[derive(Clone, Copy, Default)]
struct Lent {
    due: Option<Moment>,
    good_until: Option<Moment>,
}

impl<B: Backend> Remote<B> {
    /// The source of a list's entry.
    ///
    /// # Errors
    /// The place is not written as `place` or `place@version`.
    pub(crate) fn new(
        backend: Arc<B>,
        name: Option<String>,
        place: Option<&str>,
    ) -> Result<Self, Failure> {
        let place = place.map(|place| Place::read(place, |place| backend.table(place)));
        let place = place.transpose()?;
        Ok(Self {
            backend,
            name,
            place,
            held: Holding::default(),
            remarks: Mutex::default(),
            lent: Mutex::default(),
            names: Mutex::default(),
            absent: Mutex::default(),
        })
    }

    /// Where each key stands; a key that cannot stand anywhere has its failure.
    fn locate<'k>(&self, keys: &[Key<'k>]) -> Vec<Result<Located<'k>, Failure>> {
        keys.iter().map(|key| locate::locate(key, self.place.as_ref(), &*self.backend)).collect()
    }

    async fn answer(
        &self,
        keys: &[Key<'_>],
        located: Vec<Result<Located<'_>, Failure>>,
        asking: Asking,
        kept: Kept,
        part: Option<&Part>,
        noted: Option<&Noted>,
    ) -> Answers {
        let reads = distinct(&located);
        let wanted = standing(&reads, &located);
        let mut outcomes = Vec::new();
        if !reads.is_empty() {
            let (runtime, store) = (self.held.runtime()?, self.store(&kept));
            let read = |wants| reading::all(runtime, &self.backend, wants, asking, kept.clone());
            let wants = wants(&reads, &wanted, keys);
            outcomes = match part {
                Some(part) => part.outcomes(store, wants, read).await?,
                None => read(wants).await?,
            };
        }
        if !asking.only_looks {
            let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
            *lent = Lent::after(*lent, &outcomes);
        }
        if let Some(noted) = noted {
            noted.put(account::of(&reads, &outcomes, self.backend.trouble()));
        }
        self.remark(&mut outcomes);
        self.note(&reads, &outcomes);
        let unasked = || Failure::new(FailureKind::Unreachable, "the secret was not asked for");
        let failure = |located: &Result<Located<'_>, Failure>| match located {
            Err(failure) => failure.clone(),
            Ok(_) => unasked(),
        };
        let mut answers: Vec<Answer> = located.iter().map(failure).map(Answer::Failed).collect();
        let mut names = Vec::new();
        for ((outcome, wanted), read) in outcomes.iter().zip(wanted).zip(&reads) {
            let asked = |&at: &usize| Some((located[at].as_ref().ok()?, &keys[at]));
            let asked: Vec<found::Asked<'_>> = wanted.iter().filter_map(asked).collect();
            let said = found::answers(outcome, &asked, self.place.as_ref());
            names.extend(said.names.map(|names| (read.clone(), names)));
            let whereabouts = match outcome {
                Err(Unread::Absent(_) | Unread::WasAbsent { .. }) => self.backend.whereabouts(read),
                _ => None,
            };
            for (at, answer) in wanted.into_iter().zip(said.answers) {
                answers[at] = match (answer, &whereabouts) {
                    (Answer::Absent(absence), Some(place)) => Answer::Absent(absence.within(place)),
                    (answer, _) => answer,
                };
            }
        }
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
        Ok(answers)
    }

    /// What tells the store from others in one load, with the terms on which it is asked.
    fn store(&self, kept: &Kept) -> Store {
        (Arc::as_ptr(&self.backend) as usize, kept.stale)
    }

    /// The secrets that these keys stand in, with the fields that each is wanted for.
    fn wants(&self, keys: &[Key<'_>]) -> Vec<Want> {
        let located = self.locate(keys);
        let reads = distinct(&located);
        wants(&reads, &standing(&reads, &located), keys)
    }

    /// Keeps what is remarked on the outcomes, and has the failures among them say whether others read along.
    fn remark(&self, outcomes: &mut [Outcome]) {
        let exposed = self.backend.exposed();
        let mut remarks = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok(blob) => {
                    remarks.extend(blob.remarks.iter().cloned());
                    remarks.extend(exposed.map(str::to_owned));
                }
                Err(Unread::Failed(failure)) => {
                    if let Some(exposed) = exposed {
                        let before = failure
                            .hint
                            .take()
                            .map_or(String::new(), |hint| format!("{hint}; and "));
                        failure.hint = Some(format!("{before}write https://: {exposed}").into());
                    }
                }
                Err(_) => {}
            }
        }
        remarks.sort_unstable();
        remarks.dedup();
        *self.remarks.lock().unwrap_or_else(PoisonError::into_inner) = remarks;
    }

    /// Remembers which of them are not there, for what a person is told to do about it.
    fn note(&self, reads: &[Read], outcomes: &[Outcome]) {
        let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        for (read, outcome) in reads.iter().zip(outcomes) {
            match outcome {
                Err(Unread::Absent(why)) => drop(absent.insert(read.clone(), why)),
                _ => drop(absent.remove(read)),
            }
        }
    }
}

impl<B: Backend> Source for Remote<B> {
    fn label(&self) -> String {
        let name = self.name.as_ref().map_or(String::new(), |name| format!("@{name}"));
        match &self.place {
            Some(place) => format!("{}{name} {place}", B::KIND),
            None => format!("{}{name}", B::KIND),
        }
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        if wanted.kept.cache.is_some() {
            wanted.call.iter().for_each(|call| call.keep_nothing());
        }
        let located = self.locate(wanted.keys());
        let asking = Asking { until: until(wanted.until()), only_looks: wanted.only_looks() };
        let (kept, part, noted) = (wanted.kept.clone(), wanted.part, wanted.noted.as_deref());
        Fetch::Pending(Box::pin(self.answer(wanted.keys(), located, asking, kept, part, noted)))
    }

    fn __claim(&self, wanted: &Wanted<'_>) {
        if let Some(part) = wanted.part {
            part.claim(self.store(&wanted.kept), self.wants(wanted.keys()));
        }
    }

    fn at_place(&self, place: &str) -> Option<Result<Arc<dyn Source>, Failure>> {
        if self.place.is_some() {
            return None;
        }
        let placed = Self::new(Arc::clone(&self.backend), self.name.clone(), Some(place));
        Some(placed.map(|placed| -> Arc<dyn Source> { Arc::new(placed) }))
    }

    fn names_place(&self, key: &Key<'_>) -> bool {
        locate::names_place(key)
    }

    fn unclaimed(&self, claims: &Claims<'_>) -> Vec<Unclaimed> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let located = self.locate(claims.keys);
        let mut all = Vec::new();
        for (read, names) in &*names {
            let keys: Vec<Key<'_>> = located
                .iter()
                .zip(claims.keys)
                .filter_map(|(located, key)| match located {
                    Ok(located) if located.read == *read => found::inside(located, key),
                    _ => None,
                })
                .collect();
            let is_here = self.place.as_ref().is_some_and(|place| place.read == *read);
            let within = Some(read).filter(|_| !is_here).map(Read::to_string);
            let claims = Claims { keys: &keys, prefix: claims.prefix };
            let found = lookup::unclaimed(names, &claims, None).into_iter();
            all.extend(found.map(|found| Unclaimed { within: within.clone(), ..found }));
        }
        all
    }

    fn remarks(&self, _claims: &Claims<'_>) -> Vec<String> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remedy(&self, key: &Key<'_>) -> Option<String> {
        let located = locate::locate(key, self.place.as_ref(), &*self.backend).ok()?;
        let absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        let absent = absent.get(&located.read).copied();
        self.backend.remedy(&located.read, located.name(), absent)
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        let (store, mut wants) = (self.store(&wanted.kept), self.wants(wanted.keys()));
        if let Some(part) = wanted.part {
            wants = part.claim(store, wants);
        }
        let counted = |(read, fields): &Want| (read.clone(), fields.len());
        let mut plan = self.backend.plan(&wants.iter().map(counted).collect::<Vec<_>>());
        if !plan.calls.is_empty() {
            let reads: Vec<Read> = wants.into_iter().map(|(read, _)| read).collect();
            let before = self.backend.before(&reads);
            plan.round_trips += before.waits;
            let calls = match wanted.part {
                Some(part) => part.unplanned(store, before.calls),
                None => before.calls,
            };
            plan.calls.splice(0..0, calls);
        }
        match self.backend.exposed() {
            Some(exposed) => plan.warns(exposed),
            None => plan,
        }
    }

    fn due(&self) -> Option<Instant> {
        let lent = *self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        lent.due.into_iter().chain(self.backend.due()).min().and_then(instant)
    }

    fn good_until(&self) -> Option<Instant> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner).good_until.and_then(instant)
    }
}

impl Lent {
    /// What is in use after these were read; what could not be read is in use as it was.
    fn after(before: Self, outcomes: &[Outcome]) -> Self {
        let read = || outcomes.iter().flatten();
        let all = outcomes.iter().all(Result::is_ok);
        let kept = if all { Self::default() } else { before };
        let due = read().filter_map(|blob| blob.lease.as_ref()?.due());
        let ends = read().filter_map(|blob| blob.good_until);
        Self { due: due.chain(kept.due).min(), good_until: ends.chain(kept.good_until).min() }
    }
}

impl Kept {
    /// Nothing is kept, and nobody follows.
    pub(crate) const NOTHING: Self =
        Self { cache: None, stale: None, attempts: crate::retry::ATTEMPTS, follower: None };
}

impl Blob {
    /// A secret of which nothing more is known.
    pub(crate) const fn new(node: Node) -> Self {
        Self {
            node,
            version: None,
            good_until: None,
            lease: None,
            age: None,
            given: None,
            trouble: None,
            remarks: Vec::new(),
        }
    }
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// When it is by the clock that others know, if the machine does not sleep until then.
fn instant(moment: Moment) -> Option<Instant> {
    Instant::now().checked_add(moment.saturating_duration_since(Moment::now()))
}

/// The secrets that keys stand in, each once and in order.
fn distinct(located: &[Result<Located<'_>, Failure>]) -> Vec<Read> {
    let mut reads: Vec<Read> =
        located.iter().flatten().map(|located| located.read.clone()).collect();
    reads.sort_unstable();
    reads.dedup();
    reads
}

/// Which keys stand in which of these secrets, by their places.
fn standing(reads: &[Read], located: &[Result<Located<'_>, Failure>]) -> Vec<Vec<usize>> {
    let mut standing: Vec<Vec<usize>> = reads.iter().map(|_| Vec::new()).collect();
    for (at, located) in located.iter().enumerate() {
        if let Ok(located) = located
            && let Ok(index) = reads.binary_search(&located.read)
        {
            standing[index].push(at);
        }
    }
    standing
}

/// These secrets, with the fields that each is wanted for.
fn wants(reads: &[Read], standing: &[Vec<usize>], keys: &[Key<'_>]) -> Vec<Want> {
    let fields = |of: &Vec<usize>| of.iter().map(|&at| keys[at].path().to_owned()).collect();
    reads.iter().cloned().zip(standing.iter().map(fields)).collect()
}

/// A little before the load stops waiting, so that what is late is told apart from what is there.
fn until(load: Option<Instant>) -> Instant {
    const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);
    let now = Instant::now();
    let load = load.unwrap_or(now + NEVER);
    let left = load.saturating_duration_since(now);
    load.checked_sub((left / 20).min(Duration::from_millis(100))).unwrap_or(load)
}

#[cfg(test)]
mod tests;
