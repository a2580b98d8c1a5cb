//! What was read is kept for a while, in memory, so that loads that follow do not ask again.

mod entry;
mod flight;

use std::collections::HashMap;
use std::fmt;
#[cfg(feature = "age")]
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

#[cfg(any(feature = "age", feature = "live"))]
use self::entry::Held;
use self::entry::{Entry, Wants, earlier, former, known};
use self::flight::Waiting;
pub(super) use self::flight::{Earlier, Flight, Turn, Was};
#[cfg(feature = "age")]
use super::absent::Gone;
use super::asker::Asker;
#[cfg(feature = "age")]
use super::disk::{Disk, Record};
use super::follower::Follower;
#[cfg(feature = "age")]
use super::given::Given;
use super::{Blob, Read};
#[cfg(feature = "age")]
use crate::age::Identity;

/// Keeps what remote sources answered, so that loads which share it ask each secret once in its time to live.
///
/// Loads that want the same secret at the same time make one call. A secret that could not be read is not kept; that one
/// is absent is kept for [`OnFailure::Stale`](crate::OnFailure::Stale) alone, and the next load asks for it all the same.
/// One that a load refused, malformed or not to a validator's liking, is asked for by the next load, unless it is under a
/// lease. What one credential got is never taken for another, and goes with the first load that finds that nothing has
/// asked for it in the time to live, or for as long as `OnFailure::Stale` says. Values are wiped when they are dropped.
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
    entries: Mutex<Entries>,
    #[cfg(feature = "age")]
    disk: Option<Disk>,
}

/// Who asked which store, and for which secret in it.
type Address = (Arc<Asker>, Read);

type Entries = HashMap<Address, Entry>;

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
    /// [`OnFailure::Stale`](crate::OnFailure::Stale), without which the file has no effect. What is under a lease is not
    /// written to it. A file that cannot be read or written fails no load: it is a warning.
    ///
    /// Each answer is kept by the account that it was given to: the role of a login, with mount, namespace and address;
    /// a profile with its files; an application. So it serves the next process too, whose secret id, key or signed
    /// identity is another one. A token that was given, or stands in a file, names no account: what it got is not taken
    /// for another, and an AWS access key is such a token. Within one process what one credential got is never taken for
    /// another, whatever the account.
    ///
    /// What nothing in the process has asked for is left in the file for 30 days: none can tell a token that is gone from
    /// one that comes back. What was asked for, and then for longer no more than an answer may be old, goes from memory
    /// and file with a load that comes after that. Who must know it gone sooner removes the file along with the token. The
    /// file holds 8 MiB at most; beyond that the oldest answers are left out, which is a warning.
    ///
    /// The identity is the application's own key, to which the file is encrypted and with which it is opened. It has to
    /// be the same at the next start, so it is kept where the process can read it and others cannot: a file that
    /// [`Identity::read`](crate::age::Identity::read) reads, written once by `age-keygen -o key.txt`, or by the program
    /// from [`Identity::generate`](crate::age::Identity::generate) and
    /// [`to_text`](crate::age::Identity::to_text).
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
            let asker = Arc::new(Asker::of_another_process(store));
            ((asker, read), Entry::written_down(held, absent, fields))
        });
        let entries = Mutex::new(entries.collect());
        let time_to_live = self.inner.time_to_live;
        Self { inner: Arc::new(Inner { time_to_live, entries, disk: Some(disk) }) }
    }

    /// Writes down what is kept, where it is to outlive the process.
    pub(super) fn save(&self) {
        #[cfg(feature = "age")]
        if let Some(disk) = &self.inner.disk {
            disk.save(|| self.records());
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
        let mut records: HashMap<(String, Read), Record> = HashMap::new();
        for ((asker, read), entry) in self.entries().iter().filter(|(_, entry)| entry.is_of_use()) {
            let held = entry.held.as_ref().filter(|held| held.blob.lease.is_none());
            let (kept, at) = match (held, &entry.absent) {
                (Some(held), _) => (Ok(held.blob.clone()), held.given.wall()),
                (None, Some(gone)) => (Err(gone.why.to_string()), gone.given.wall()),
                (None, None) => continue,
            };
            let (store, fields) = (asker.account().to_owned(), entry.fields.clone());
            let address = (store.clone(), read.clone());
            // Of several credentials of an account the one that was answered last is the one in use.
            if records.get(&address).is_none_or(|other| other.at < at) {
                records.insert(address, Record { store, read: read.clone(), kept, at, fields });
            }
        }
        records.into_values().collect()
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

    /// What there is to do for each of these secrets, wanted for those fields by whoever may take an answer so old. What
    /// nobody can take any more is dropped.
    pub(super) fn turns(
        &self,
        asker: &Arc<Asker>,
        reads: &[(Read, Vec<String>)],
        stale: Option<Duration>,
        follower: Option<Follower>,
    ) -> Vec<Turn> {
        let oldest = self.inner.time_to_live.max(stale.unwrap_or_default());
        let mut entries = self.entries();
        let turn = |(read, fields): &(Read, Vec<String>)| {
            let address = (Arc::clone(asker), read.clone());
            self.turn(&mut entries, address, Wants { fields, follower, oldest })
        };
        let turns = reads.iter().map(turn).collect();
        entries.retain(|(other, _), entry| entry.is_of_use() && !asker.replaces(other));
        turns
    }

    fn turn(&self, entries: &mut Entries, address: Address, wants: Wants<'_>) -> Turn {
        if let Some(entry) = entries.get_mut(&former(&address)) {
            entry.is_wanted(wants);
        }
        let entry = entries.entry(address.clone()).or_default();
        entry.is_wanted(wants);
        if let Some(held) = entry.held.as_ref().filter(|held| held.is_fresh()) {
            return Turn::Fresh(held.again());
        }
        if let Some(landed) = entry.flight.clone() {
            let (held, absent) = known(entries, &address);
            return Turn::Wait(Waiting { landed, held: held.cloned(), absent: absent.cloned() });
        }
        let (landed, receiver) = watch::channel(None);
        entry.flight = Some(receiver);
        Turn::Lead(Flight { cache: self.clone(), address, landed })
    }

    /// What is fresh of a secret, for whoever only looks.
    pub(super) fn fresh(&self, asker: &Arc<Asker>, read: &Read) -> Option<Blob> {
        let entries = self.entries();
        let held = entries.get(&(Arc::clone(asker), read.clone()))?.held.as_ref()?;
        held.is_fresh().then(|| held.blob.clone())
    }

    /// What was read of a secret before.
    pub(super) fn earlier(&self, asker: &Arc<Asker>, read: &Read, oldest: Duration) -> Earlier {
        let entries = self.entries();
        let (held, absent) = known(&entries, &(Arc::clone(asker), read.clone()));
        earlier(held, absent, oldest)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.inner.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} secrets, [REDACTED])", self.len())
    }
}

#[cfg(test)]
mod tests;
