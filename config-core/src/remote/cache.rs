//! What was read is kept for a while, in memory, so that loads that follow do not ask again.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
#[cfg(feature = "age")]
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::absent::{self, Gone};
#[cfg(feature = "age")]
use super::disk::{Disk, Record};
use super::follower::{Asked, Follower};
use super::given::Given;
use super::lease::Lease;
use super::reading::is_out_of_reach;
use super::{Blob, Outcome, Read, Unread};
#[cfg(feature = "age")]
use crate::age::Identity;
use crate::clock::Moment;

/// Keeps what remote sources answered, so that loads which share it ask each secret once in its time to live.
///
/// Loads that want the same secret at the same time make one call. A secret that could not be read is not kept; that one
/// is absent is kept for [`OnFailure::Stale`](crate::OnFailure::Stale) alone, and the next load asks for it all the same.
/// One that a load refused, malformed or not to a validator's liking, is asked for by the next load, unless it is under a
/// lease. Values are wiped when they are dropped from it.
///
/// ```
/// use std::time::Duration;
/// use config_core::{Cache, Secrets};
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
///
/// let cache = Cache::new(Duration::from_secs(60));
/// let settings = Settings::loader().cache(&cache).load()?;
/// cache.invalidate("database_url");
/// # Ok::<(), config_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

struct Inner {
    time_to_live: Duration,
    entries: Mutex<HashMap<Address, Entry>>,
    #[cfg(feature = "age")]
    disk: Option<Disk>,
}

/// How old an answer may be in the file that nobody in the process has asked for: it may be of a token that is no more.
#[cfg(feature = "age")]
const LEFT_OVER: Duration = Duration::from_secs(30 * 24 * 3600);

/// Which store, and which secret in it.
type Address = (Arc<str>, Read);

#[derive(Default)]
struct Entry {
    /// What was read last.
    held: Option<Held>,
    /// That there was none when the store was last reached.
    absent: Option<Gone>,
    /// Where it is being read.
    flight: Option<watch::Receiver<Option<Outcome>>>,
    /// The fields that want it.
    fields: BTreeSet<String>,
    asked: Asked,
}

#[derive(Clone)]
struct Held {
    blob: Blob,
    given: Given,
    until: Moment,
    /// Whether it was lent, and its service refuses it: another is to be asked for.
    is_refused: bool,
}

/// What a load has to do for one secret.
pub(super) enum Turn {
    /// Nothing: it is here.
    Fresh(Blob),
    /// To read it, for all who want it.
    Lead(Flight),
    /// To wait for whoever is reading it.
    Wait(Waiting),
}

/// A secret that is being read. Dropped before it has landed, it lets the others read for themselves.
pub(super) struct Flight {
    cache: Cache,
    address: Address,
    landed: watch::Sender<Option<Outcome>>,
}

/// What may be taken of an earlier answer, or why nothing may, in words.
pub(super) type Earlier = Result<Was, String>;

/// An earlier answer.
pub(super) enum Was {
    There(Blob),
    /// There was no such secret.
    Absent {
        why: Cow<'static, str>,
        age: Duration,
    },
}

/// Somebody else's [`Flight`].
pub(super) struct Waiting {
    landed: watch::Receiver<Option<Outcome>>,
    held: Option<Held>,
    absent: Option<Gone>,
}

impl Cache {
    /// An empty one that keeps what it is given for that long.
    ///
    /// ```
    /// let cache = config_core::Cache::new(std::time::Duration::from_secs(60));
    /// assert_eq!(cache.len(), 0);
    /// ```
    #[must_use]
    pub fn new(time_to_live: Duration) -> Self {
        Self {
            inner: Arc::new(Inner {
                time_to_live,
                entries: Mutex::default(),
                #[cfg(feature = "age")]
                disk: None,
            }),
        }
    }

    /// Keeps the last answers in a file too, encrypted with age, for a start while a store cannot be reached. What is read
    /// from it is never fresh: it is taken only where the loader is told so by
    /// [`OnFailure::Stale`](crate::OnFailure::Stale), without which the file has no effect. The answers of leases are not
    /// written to it. A file that cannot be read or written fails no load: it is a warning.
    ///
    /// Each answer is kept by whom it was given to: what a token of earlier got is not taken for another, and no other
    /// can be told from one that comes back. What nothing in the process has asked for is therefore left in the file,
    /// for 30 days; older than that it is dropped when the file is written next. Who must know it gone sooner removes
    /// the file along with the token.
    ///
    /// The identity is the key that the file is encrypted to and opened with. It has to be the same at the next start, so
    /// it is kept where the process can read it and others cannot: a file that
    /// [`Identity::read`](crate::age::Identity::read) reads, written once by `age-keygen -o key.txt`, or by the program
    /// from [`Identity::generate`](crate::age::Identity::generate) and
    /// [`to_text`](crate::age::Identity::to_text).
    ///
    /// The identity is the application's own key: made once by [`Identity::generate`], kept as the text of
    /// [`Identity::to_text`], and read by [`Identity::read`]. Without `OnFailure::Stale` nothing is taken from the file.
    ///
    /// ```
    /// use config_core::{Cache, age::Identity};
    /// use std::time::Duration;
    ///
    /// let directory = config_core::testing::Sandbox::new();
    /// let file = directory.path().join("kept.age");
    /// let cache = Cache::new(Duration::from_secs(60)).on_disk(file, &Identity::generate());
    /// assert!(cache.is_empty());
    /// ```
    #[cfg(feature = "age")]
    #[must_use]
    pub fn on_disk(self, path: impl Into<PathBuf>, identity: &Identity) -> Self {
        let disk = Disk::new(path.into(), identity.clone());
        let entries = disk.load().into_iter().map(|record| {
            let Record { store, read, kept, at, fields } = record;
            let given = Given::written_down(at);
            let (held, absent) = match kept {
                Ok(blob) => (Some(Held::new(blob, given, given.came())), None),
                Err(why) => (None, Some(Gone { why: why.into(), given })),
            };
            ((store.into(), read), Entry { held, absent, fields, ..Entry::default() })
        });
        let entries = Mutex::new(entries.collect());
        let time_to_live = self.inner.time_to_live;
        Self { inner: Arc::new(Inner { time_to_live, entries, disk: Some(disk) }) }
    }

    /// Writes down what is kept, where it is to outlive the process.
    pub(super) fn save(&self) {
        #[cfg(feature = "age")]
        if let Some(disk) = &self.inner.disk {
            disk.save(&self.records());
        }
    }

    /// Nobody waits any longer for what is being written down.
    pub(super) fn hangs(&self) {
        #[cfg(feature = "age")]
        self.inner.disk.iter().for_each(Disk::hangs);
    }

    /// What a person has to know of where it is written down.
    pub(crate) fn remarks(&self) -> Vec<String> {
        #[cfg(feature = "age")]
        if let Some(disk) = &self.inner.disk {
            return disk.remarks();
        }
        Vec::new()
    }

    #[cfg(feature = "age")]
    fn records(&self) -> Vec<Record> {
        let entries = self.entries();
        let records = entries.iter().filter_map(|((store, read), entry)| {
            let held = entry.held.as_ref().filter(|held| held.blob.is_not_lent());
            let (kept, at) = match (held, &entry.absent) {
                (Some(held), _) => (Ok(held.blob.clone()), held.given.wall()),
                (None, Some(gone)) => (Err(gone.why.to_string()), gone.given.wall()),
                (None, None) => return None,
            };
            if entry.asked.is_nobodys() && at.elapsed().is_ok_and(|age| age > LEFT_OVER) {
                return None;
            }
            Some(Record {
                store: store.to_string(),
                read: read.clone(),
                kept,
                at,
                fields: entry.fields.clone(),
            })
        });
        records.collect()
    }

    /// How many secrets it has, those included whose time is over.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().values().filter(|entry| entry.held.is_some()).count()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the secrets that the field of this path was read from: `smtp.password`. The next load asks for them.
    ///
    /// ```
    /// # let cache = config_core::Cache::new(std::time::Duration::from_secs(60));
    /// cache.invalidate("smtp.password");
    /// ```
    pub fn invalidate(&self, path: &str) {
        self.entries().retain(|_, entry| !entry.fields.contains(path));
        self.save();
    }

    /// Drops everything.
    ///
    /// ```
    /// # let cache = config_core::Cache::new(std::time::Duration::from_secs(60));
    /// cache.clear();
    /// assert!(cache.is_empty());
    /// ```
    pub fn clear(&self) {
        self.entries().clear();
        self.save();
    }

    /// Has the next load ask for everything that is not under a lease; until it has, what is here is an earlier answer.
    #[cfg(feature = "live")]
    pub(crate) fn expire(&self) {
        for entry in self.entries().values_mut() {
            entry.held.iter_mut().for_each(Held::outdate);
            // What somebody is reading may be older than what is to be found.
            entry.flight = None;
        }
    }

    /// Has the next load ask for what the fields of these paths were read from, if that is not under a lease.
    pub(crate) fn doubt(&self, paths: &[&str]) {
        for entry in self.entries().values_mut() {
            let is_meant = paths.iter().any(|path| entry.fields.contains(*path));
            if let Some(held) = entry.held.as_mut().filter(|_| is_meant) {
                held.outdate();
            }
        }
    }

    /// Has the next load ask for another of what is under a lease and holds a text like that: its service refuses it.
    /// Until it has, what is here is an earlier answer, and nobody prolongs it.
    #[cfg(feature = "_pools")]
    pub(crate) fn renounce(&self, is_refused: &dyn Fn(&str) -> bool) {
        for entry in self.entries().values_mut() {
            let lent = entry.held.as_mut().filter(|held| held.blob.lease.is_some());
            if let Some(held) = lent.filter(|held| held.blob.node.has_text(is_refused)) {
                held.until = held.given.came();
                held.is_refused = true;
            }
        }
    }

    /// Drops what live settings no longer ask for: the load that is on has succeeded, and has asked for all they need.
    /// What others have asked for stays.
    #[cfg(feature = "live")]
    pub(crate) fn let_go(&self, follower: Follower) {
        let mut entries = self.entries();
        let before = entries.len();
        entries.retain(|_, entry| !entry.asked.is_given_up_by(follower));
        let is_less = entries.len() < before;
        drop(entries);
        if is_less {
            self.save();
        }
    }

    /// What there is to do for a secret, wanted for these fields.
    pub(super) fn turn(
        &self,
        store: &Arc<str>,
        read: &Read,
        wanted: &[String],
        follower: Option<Follower>,
    ) -> Turn {
        let address = (Arc::clone(store), read.clone());
        let mut entries = self.entries();
        let entry = entries.entry(address.clone()).or_default();
        entry.fields.extend(wanted.iter().cloned());
        entry.asked.by(follower);
        if let Some(held) = entry.held.as_ref().filter(|held| held.is_fresh()) {
            return Turn::Fresh(held.again());
        }
        if let Some(landed) = &entry.flight {
            let (held, absent) = (entry.held.clone(), entry.absent.clone());
            return Turn::Wait(Waiting { landed: landed.clone(), held, absent });
        }
        let (landed, receiver) = watch::channel(None);
        entry.flight = Some(receiver);
        Turn::Lead(Flight { cache: self.clone(), address, landed })
    }

    /// What is fresh of a secret, for whoever only looks.
    pub(super) fn fresh(&self, store: &Arc<str>, read: &Read) -> Option<Blob> {
        let entries = self.entries();
        let held = entries.get(&(Arc::clone(store), read.clone()))?.held.as_ref()?;
        held.is_fresh().then(|| held.blob.clone())
    }

    /// What was read of a secret before.
    pub(super) fn earlier(&self, store: &Arc<str>, read: &Read, oldest: Duration) -> Earlier {
        match self.entries().get(&(Arc::clone(store), read.clone())) {
            Some(entry) => earlier(entry.held.as_ref(), entry.absent.as_ref(), oldest),
            None => earlier(None, None, oldest),
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Address, Entry>> {
        self.inner.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} secrets, [REDACTED])", self.len())
    }
}

impl Entry {
    /// Whether this flight is the entry's.
    fn is_read_by(&self, flight: &watch::Sender<Option<Outcome>>) -> bool {
        self.flight.as_ref().is_some_and(|landed| landed.same_channel(&flight.subscribe()))
    }
}

impl Held {
    const fn new(blob: Blob, given: Given, until: Moment) -> Self {
        Self { blob, given, until, is_refused: false }
    }

    fn is_fresh(&self) -> bool {
        Moment::now() < self.until
    }

    /// Has it be an earlier answer from now on, unless it is under a lease.
    fn outdate(&mut self) {
        if self.blob.lease.is_none() {
            self.until = self.given.came();
        }
    }

    /// It, for a load that did not ask the store for it.
    fn again(&self) -> Blob {
        Blob { given: Some(self.given.came()), ..self.blob.clone() }
    }
}

impl Flight {
    /// Hands the outcome to all who wait, and keeps it where it is a secret.
    pub(super) fn land(self, outcome: &Outcome) {
        self.landed.send_replace(Some(outcome.clone()));
        let mut entries = self.cache.entries();
        if matches!(outcome, Err(Unread::Absent(_))) {
            make_room(&mut entries);
        }
        // One that was invalidated meanwhile may be older than what made it so.
        let entry = entries.get_mut(&self.address);
        let Some(entry) = entry.filter(|entry| entry.is_read_by(&self.landed)) else { return };
        let blob = match outcome {
            Ok(blob) => blob,
            Err(Unread::Failed(failure)) if is_out_of_reach(failure) => return,
            // The store was reached and gives it no longer: what it gave before must not come back.
            Err(unread) => {
                (entry.held, entry.absent) = (None, Gone::now(unread));
                return;
            }
        };
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

    /// What was lent before, if that is not over.
    pub(super) fn lent(&self) -> Option<Blob> {
        let entries = self.cache.entries();
        let held = entries.get(&self.address)?.held.as_ref().filter(|held| !held.is_refused)?;
        let lease = held.blob.lease.as_ref().filter(|lease| !lease.is_over(Moment::now()));
        lease.is_some().then(|| held.again())
    }

    /// What was read before.
    pub(super) fn earlier(&self, oldest: Duration) -> Earlier {
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
    pub(super) fn earlier(&self, oldest: Duration) -> Earlier {
        earlier(self.held.as_ref(), self.absent.as_ref(), oldest)
    }

    /// The outcome; none where whoever was reading gave up.
    pub(super) async fn landed(mut self) -> Option<Outcome> {
        self.landed.wait_for(Option::is_some).await.ok()?.clone()
    }
}

/// What may be taken of these, where the store is out of reach.
fn earlier(held: Option<&Held>, absent: Option<&Gone>, oldest: Duration) -> Earlier {
    match (held, absent) {
        (Some(held), _) => {
            let age = Some(held.given.age(oldest)?);
            match held.blob.good_until.is_some_and(|until| until <= Moment::now()) {
                true => Err("the kept answer was lent, and is good no longer".to_owned()),
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
fn make_room(entries: &mut HashMap<Address, Entry>) {
    let absences = entries.values().filter_map(|entry| entry.absent.as_ref());
    let mut times: Vec<Moment> = absences.map(|gone| gone.given.came()).collect();
    if times.len() >= absent::MOST {
        let (_, until, _) = times.select_nth_unstable(absent::MOST / 10);
        let is_kept = |gone: &Gone| gone.given.came() > *until;
        entries
            .retain(|_, entry| entry.flight.is_some() || entry.absent.as_ref().is_none_or(is_kept));
    }
}

#[cfg(test)]
mod tests;
