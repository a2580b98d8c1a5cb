//! What was read is kept for a while, in memory, so that loads that follow do not ask again.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
#[cfg(feature = "age")]
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;

#[cfg(feature = "age")]
use super::disk::{Disk, Record};
use super::lease::Lease;
use super::reading::is_out_of_reach;
use super::{Blob, Outcome, Read, Unread};
#[cfg(feature = "age")]
use crate::age::Identity;

/// Keeps what remote sources answered, so that loads which share it ask each secret once in its time to live.
///
/// Loads that want the same secret at the same time make one call. A secret that is absent or could not be read is not
/// kept. Values are wiped when they are dropped from it.
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

/// What is kept longer than the clock can say is kept for a hundred years.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Which store, and which secret in it.
type Address = (Arc<str>, Read);

#[derive(Default)]
struct Entry {
    /// What was read last.
    held: Option<Held>,
    /// Where it is being read.
    flight: Option<watch::Receiver<Option<Outcome>>>,
    /// The fields that want it.
    fields: BTreeSet<String>,
}

#[derive(Clone)]
struct Held {
    blob: Blob,
    read: SystemTime,
    until: SystemTime,
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

/// Somebody else's [`Flight`].
pub(super) struct Waiting {
    landed: watch::Receiver<Option<Outcome>>,
    held: Option<Held>,
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

    /// Keeps the last answers in a file too, encrypted with age, for a start while a store cannot be reached: see
    /// [`OnFailure::Stale`](crate::OnFailure::Stale). An answer that was read from it is never fresh. The answers of
    /// leases are not written to it. A file that cannot be read or written fails no load: it is a warning.
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
            let Record { store, read, blob, at, fields } = record;
            let held = Some(Held { blob, read: at, until: at });
            ((store.into(), read), Entry { held, flight: None, fields })
        });
        let entries = Mutex::new(entries.collect());
        let time_to_live = self.inner.time_to_live;
        Self { inner: Arc::new(Inner { time_to_live, entries, disk: Some(disk) }) }
    }

    /// Writes down what is kept, where it is to outlive the process; gives back what a person has to know of that.
    pub(super) fn save(&self) -> Option<String> {
        #[cfg(feature = "age")]
        if let Some(disk) = &self.inner.disk {
            disk.save(&self.records());
            return disk.remark();
        }
        None
    }

    #[cfg(feature = "age")]
    fn records(&self) -> Vec<Record> {
        let entries = self.entries();
        let records = entries.iter().filter_map(|((store, read), entry)| {
            let held = entry.held.as_ref().filter(|held| held.blob.is_not_lent())?;
            Some(Record {
                store: store.to_string(),
                read: read.clone(),
                blob: held.blob.clone(),
                at: held.read,
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

    /// What there is to do for a secret, wanted for these fields.
    pub(super) fn turn(&self, store: &Arc<str>, read: &Read, wanted: &[String]) -> Turn {
        let address = (Arc::clone(store), read.clone());
        let mut entries = self.entries();
        let entry = entries.entry(address.clone()).or_default();
        entry.fields.extend(wanted.iter().cloned());
        if let Some(held) = entry.held.as_ref().filter(|held| SystemTime::now() < held.until) {
            return Turn::Fresh(held.blob.clone());
        }
        if let Some(landed) = &entry.flight {
            return Turn::Wait(Waiting { landed: landed.clone(), held: entry.held.clone() });
        }
        let (landed, receiver) = watch::channel(None);
        entry.flight = Some(receiver);
        Turn::Lead(Flight { cache: self.clone(), address, landed })
    }

    /// What is fresh of a secret, for whoever only looks.
    pub(super) fn fresh(&self, store: &Arc<str>, read: &Read) -> Option<Blob> {
        let entries = self.entries();
        let held = entries.get(&(Arc::clone(store), read.clone()))?.held.as_ref()?;
        (SystemTime::now() < held.until).then(|| held.blob.clone())
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
    /// What was read, if it is not too old; none where a clock went back.
    fn no_older_than(&self, oldest: Duration) -> Option<Blob> {
        let age = self.read.elapsed().ok().filter(|age| *age <= oldest)?;
        let is_over = self.blob.good_until.is_some_and(|until| until <= Instant::now());
        (!is_over).then(|| Blob { age: Some(age), ..self.blob.clone() })
    }
}

impl Flight {
    /// Hands the outcome to all who wait, and keeps it where it is a secret.
    pub(super) fn land(self, outcome: &Outcome) {
        self.landed.send_replace(Some(outcome.clone()));
        let mut entries = self.cache.entries();
        // One that was invalidated meanwhile may be older than what made it so.
        let entry = entries.get_mut(&self.address);
        let Some(entry) = entry.filter(|entry| entry.is_read_by(&self.landed)) else { return };
        let blob = match outcome {
            Ok(blob) => blob,
            Err(Unread::Failed(failure)) if is_out_of_reach(failure) => return,
            // The store was reached and gives it no longer: what it gave before must not come back.
            Err(_) => return entry.held = None,
        };
        let read = SystemTime::now();
        let due = blob.lease.as_ref().and_then(Lease::due);
        let lease = due.into_iter().chain(blob.good_until).min();
        let lease = lease.map(|until| until.saturating_duration_since(Instant::now()));
        let time_to_live = self.cache.inner.time_to_live;
        let good = lease.map_or(time_to_live, |lease| lease.min(time_to_live));
        let until = read.checked_add(good).unwrap_or(read + FOREVER);
        entry.held = Some(Held { blob: blob.clone(), read, until });
    }

    /// What was lent before, if that is not over.
    pub(super) fn lent(&self) -> Option<Blob> {
        let entries = self.cache.entries();
        let blob = &entries.get(&self.address)?.held.as_ref()?.blob;
        let lease = blob.lease.as_ref().filter(|lease| !lease.is_over(Instant::now()));
        lease.is_some().then(|| blob.clone())
    }

    /// What was read before, if it is not too old.
    pub(super) fn earlier(&self, oldest: Duration) -> Option<Blob> {
        self.cache.entries().get(&self.address)?.held.as_ref()?.no_older_than(oldest)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut entries = self.cache.entries();
        let Some(entry) = entries.get_mut(&self.address) else { return };
        if entry.is_read_by(&self.landed) {
            entry.flight = None;
            if entry.held.is_none() {
                entries.remove(&self.address);
            }
        }
    }
}

impl Waiting {
    /// What was read before, if that may be taken and is not too old.
    pub(super) fn earlier(&self, stale: Option<Duration>) -> Option<Blob> {
        self.held.as_ref()?.no_older_than(stale?)
    }

    /// The outcome, or where the store is out of reach what was read before; none where whoever was reading gave up.
    pub(super) async fn landed(mut self, stale: Option<Duration>) -> Option<Outcome> {
        let outcome = self.landed.wait_for(Option::is_some).await.ok()?.clone()?;
        let earlier = match (&outcome, stale, &self.held) {
            (Err(Unread::Failed(failure)), Some(oldest), Some(held))
                if is_out_of_reach(failure) =>
            {
                held.no_older_than(oldest)
            }
            _ => None,
        };
        Some(earlier.map_or(outcome, Ok))
    }
}
