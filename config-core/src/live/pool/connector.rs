//! How a connection is made with a live credential, whatever the driver and the runtime.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::followed::Followed;
use super::ledger::{Hold, Ledger};
use super::refresher::{Found, Refresher};
use super::versions::{Candidate, Versions};

/// How long a refused connection waits for another credential, if nothing else is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Connections of one pool, made of `O`.
pub(crate) struct Connector<O> {
    inner: Arc<Inner<O>>,
}

struct Inner<O> {
    followed: Box<dyn Followed<O>>,
    /// Feeds a hash with all that tells one connection's options from another's.
    identity: fn(&O, &mut dyn std::hash::Hasher),
    keys: RandomState,
    versions: Mutex<Versions>,
    /// Copies of what `versions` knows, for those who ask often. 0: none.
    generation: AtomicU64,
    proved: AtomicU64,
    ledger: Arc<Ledger>,
    refresher: Arc<Refresher>,
    patience: Duration,
}

/// One attempt: which credential, and the word that it is in use.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) candidate: Candidate,
    pub(crate) hold: Hold,
}

impl<O: 'static> Connector<O> {
    pub(crate) fn new(
        followed: Box<dyn Followed<O>>,
        identity: fn(&O, &mut dyn std::hash::Hasher),
        patience: Duration,
    ) -> Self {
        let keys = RandomState::new();
        let (generation, settings) = followed.current();
        let fingerprint = fingerprint(&keys, identity, &followed.options(&settings));
        let inner = Inner {
            followed,
            identity,
            keys,
            versions: Mutex::new(Versions::new(generation, fingerprint, settings)),
            generation: AtomicU64::new(generation),
            proved: AtomicU64::new(0),
            ledger: Arc::default(),
            refresher: Arc::default(),
            patience,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Calls `attempt` until it succeeds or nothing is left to try.
    ///
    /// As long as no server has accepted the newest credential, the one that was accepted before it comes first. Where
    /// all are `denied`, the sources are asked anew, once for all that wait, and the attempt is made once more if that
    /// brings another credential. The error is the one that the newest credential met.
    pub(crate) async fn connect<C, E, F>(
        &self,
        attempt: impl Fn(Attempt) -> F,
        denied: fn(&E) -> bool,
    ) -> Result<C, E>
    where
        F: Future<Output = Result<C, E>>,
    {
        let deadline = Instant::now() + self.inner.patience;
        loop {
            let (earlier, newest) = self.inner.order();
            if let Some(earlier) = earlier {
                match attempt(earlier).await {
                    Err(error) if denied(&error) => {}
                    other => return other,
                }
            }
            let candidate = newest.candidate.clone();
            let error = match attempt(newest).await {
                Err(error) if denied(&error) => error,
                Err(error) => return Err(error),
                Ok(connection) => {
                    self.inner.accepted(&candidate);
                    return Ok(connection);
                }
            };
            if !self.newer(candidate.version, deadline).await {
                return Err(error);
            }
        }
    }

    /// Tries the newest credential alone, without asking for another. For those who want to know whether it works.
    pub(crate) async fn probe<C, E, F>(&self, attempt: impl FnOnce(Attempt) -> F) -> Result<C, E>
    where
        F: Future<Output = Result<C, E>>,
    {
        let next = self.inner.newest();
        let candidate = next.candidate.clone();
        let connection = attempt(next).await?;
        self.inner.accepted(&candidate);
        Ok(connection)
    }

    /// What a connection under this credential is made of.
    pub(crate) fn options(&self, of: &Candidate) -> O {
        self.inner.followed.options(&of.settings)
    }

    /// Takes note of a new generation. True where the newest credential is one that no server has accepted yet, and
    /// there is one that was accepted before.
    pub(crate) fn note(&self) -> bool {
        self.inner.note();
        self.inner.versions().earlier().is_some()
    }

    /// Whether a newer credential than this one was accepted.
    pub(crate) fn is_outdated(&self, version: u64) -> bool {
        version < self.inner.proved.load(Ordering::Acquire)
    }

    #[cfg(any(feature = "deadpool", test))]
    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.inner.ledger
    }

    /// See `Versions::acknowledged`. The oldest in use is what the ledger says, or `others`.
    pub(crate) fn acknowledged(&self, others: impl FnOnce() -> Option<u64>) -> u64 {
        self.inner.note();
        // Under the lock under which attempts begin: none can take an older credential between.
        let mut versions = self.inner.versions();
        let held = self.inner.ledger.held().first().map(|(version, _)| *version);
        let oldest = [held, others()].into_iter().flatten().min();
        versions.acknowledged(oldest)
    }

    /// Whether there is another credential than this one, after a refresh if need be.
    async fn newer(&self, than: u64, deadline: Instant) -> bool {
        if self.inner.version() > than {
            return true;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let inner: Weak<Inner<O>> = Arc::downgrade(&self.inner);
        let look = move || match inner.upgrade() {
            None => Found::Gone,
            Some(inner) if inner.version() > than => Found::News,
            Some(inner) => {
                inner.followed.refresh();
                if inner.version() > than { Found::News } else { Found::Nothing }
            }
        };
        self.inner.refresher.fly(left, look).await;
        self.inner.version() > than
    }
}

impl<O> Inner<O> {
    /// What to try: the newest credential, and as long as no server has accepted it, before it the one that was.
    fn order(&self) -> (Option<Attempt>, Attempt) {
        self.note();
        let versions = self.versions();
        let earlier = versions.earlier().map(|earlier| self.begin(earlier));
        (earlier, self.begin(versions.newest()))
    }

    fn newest(&self) -> Attempt {
        self.note();
        let versions = self.versions();
        self.begin(versions.newest())
    }

    fn begin(&self, candidate: Candidate) -> Attempt {
        Attempt { hold: self.ledger.hold(candidate.version), candidate }
    }

    fn version(&self) -> u64 {
        self.note();
        self.versions().version()
    }

    fn note(&self) {
        if self.followed.generation() <= self.generation.load(Ordering::Acquire) {
            return;
        }
        let (generation, settings) = self.followed.current();
        let options = self.followed.options(&settings);
        let fingerprint = fingerprint(&self.keys, self.identity, &options);
        let mut versions = self.versions();
        versions.note(generation, fingerprint, settings);
        self.generation.store(versions.generation(), Ordering::Release);
    }

    fn accepted(&self, candidate: &Candidate) {
        if self.proved.load(Ordering::Acquire) >= candidate.version {
            return;
        }
        let mut versions = self.versions();
        if versions.accepted(candidate) {
            self.proved.store(candidate.version, Ordering::Release);
        }
    }

    fn versions(&self) -> MutexGuard<'_, Versions> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O> Drop for Connector<O> {
    fn drop(&mut self) {
        self.inner.refresher.close();
    }
}

fn fingerprint<O>(keys: &RandomState, identity: fn(&O, &mut dyn std::hash::Hasher), of: &O) -> u64 {
    let mut hasher = keys.build_hasher();
    identity(of, &mut hasher);
    std::hash::Hasher::finish(&hasher)
}
