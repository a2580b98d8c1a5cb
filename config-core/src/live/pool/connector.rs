//! How a connection is made with a live credential, whatever the driver and the runtime.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::followed::{Driver, Followed, Snapshot};
use super::ledger::{Hold, Ledger};
use super::refresher::{Ask, Found, Refresher};
use super::versions::{Candidate, Phase, Versions};
use crate::trace;

/// How long a refused connection waits for another credential, if nothing else is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Connections of one pool, made of `O`.
pub(crate) struct Connector<O> {
    inner: Arc<Inner<O>>,
}

struct Inner<O> {
    followed: Box<dyn Followed<O>>,
    driver: Driver<O>,
    keys: RandomState,
    versions: Mutex<Versions>,
    /// Copies of what `versions` knows, for those who ask often. 0: none.
    generation: AtomicU64,
    proved: AtomicU64,
    /// Told when a server has accepted a credential for the first time.
    news: Arc<Notify>,
    ledger: Arc<Ledger>,
    refresher: Arc<Refresher>,
    patience: Duration,
    /// The last version that was told to be refused, and what was told.
    told: Mutex<(u64, Option<trace::Pool>)>,
}

/// One attempt: which credential, and the word that it is in use.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) candidate: Candidate,
    pub(crate) hold: Hold,
}

/// What an error says of the credential that it was met with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The server refuses it.
    Denied,
    /// Nothing: nobody was asked, as the pool has no room.
    Full,
    /// Nothing: something else is wrong.
    Failed,
}

/// What to try, in this order.
struct Order {
    /// The one that was accepted, as long as the newest is not.
    proved: Option<Attempt>,
    newest: Attempt,
    between: Vec<Attempt>,
}

impl<O: 'static> Connector<O> {
    pub(crate) fn new(
        followed: Box<dyn Followed<O>>,
        driver: Driver<O>,
        patience: Duration,
    ) -> Self {
        let keys = RandomState::new();
        let (generation, settings) = followed.current();
        let fingerprint = fingerprint(&keys, driver.identity, &followed.options(&settings));
        let inner = Inner {
            followed,
            driver,
            keys,
            versions: Mutex::new(Versions::new(generation, fingerprint, settings)),
            generation: AtomicU64::new(generation),
            proved: AtomicU64::new(0),
            news: Arc::default(),
            ledger: Arc::default(),
            refresher: Arc::new(Refresher::new(patience)),
            patience,
            told: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Calls `attempt` until it succeeds or nothing is left to try.
    ///
    /// As long as no server has accepted the newest credential, the one that was accepted before it comes first, and
    /// those that came between the two last. Where all are denied, the sources are asked anew, once for all that wait,
    /// and the attempt is made once more if that brings another credential, or one may be accepted soon. The error is the
    /// one that the newest credential met.
    pub(crate) async fn connect<C, E, F>(
        &self,
        attempt: impl Fn(Attempt) -> F,
        verdict: fn(&E) -> Verdict,
    ) -> Result<C, E>
    where
        F: Future<Output = Result<C, E>>,
    {
        let mut patience = self.inner.patience;
        // Not twice by one connection: a server may count, and lock the user out.
        let mut tried: Vec<u64> = Vec::new();
        loop {
            let Order { proved, newest, between } = self.inner.order(&tried);
            tried.extend(proved.iter().chain(&between).map(|one| one.candidate.version));
            if let Some(proved) = proved {
                match attempt(proved).await {
                    // Its server may be gone, or its user be allowed no more connections.
                    Err(error) if verdict(&error) != Verdict::Full => {}
                    other => return other,
                }
            }
            let version = newest.candidate.version;
            let error = match self.tried(&attempt, newest).await {
                Err(error) if verdict(&error) == Verdict::Denied => error,
                other => return other,
            };
            for candidate in between {
                if let Ok(connection) = self.tried(&attempt, candidate).await {
                    return Ok(connection);
                }
            }
            match self.another(version, &mut patience).await {
                Found::News => tried.push(version),
                Found::Again => tried.clear(),
                Found::Nothing | Found::Gone => {
                    self.inner.tell(version, trace::Pool::Lost);
                    return Err(error);
                }
            }
        }
    }

    /// Tries the newest credential alone, without asking for another. For those who want to know whether it works.
    pub(crate) async fn probe<C, E, F>(
        &self,
        attempt: impl Fn(Attempt) -> F,
        verdict: fn(&E) -> Verdict,
    ) -> Result<C, E>
    where
        F: Future<Output = Result<C, E>>,
    {
        let newest = self.inner.newest();
        let version = newest.candidate.version;
        let outcome = self.tried(&attempt, newest).await;
        if let Err(error) = &outcome
            && verdict(error) == Verdict::Denied
        {
            let earlier = self.inner.versions().earlier();
            if let Some(earlier) = earlier {
                self.inner.tell(version, trace::Pool::Stays { with: earlier.version });
            }
        }
        outcome
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

    /// Told when a server has accepted a credential for the first time.
    pub(crate) fn news(&self) -> Arc<Notify> {
        Arc::clone(&self.inner.news)
    }

    #[cfg(any(feature = "deadpool", test))]
    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.inner.ledger
    }

    /// See `Versions::acknowledged`. The oldest in use is what the ledger says, or `others`.
    pub(crate) fn acknowledged(&self, phase: Phase, others: impl FnOnce() -> Option<u64>) -> u64 {
        self.inner.note();
        // Under the lock under which attempts begin: none can take an older credential between.
        let mut versions = self.inner.versions();
        let held = self.inner.ledger.held().first().map(|(version, _)| *version);
        let oldest = [held, others()].into_iter().flatten().min();
        versions.acknowledged(oldest, phase)
    }

    /// Those who wait for another credential are told that none comes.
    #[cfg(feature = "sqlx")]
    pub(crate) fn close(&self) {
        self.inner.refresher.close();
    }

    async fn tried<C, E, F>(&self, attempt: impl Fn(Attempt) -> F, with: Attempt) -> Result<C, E>
    where
        F: Future<Output = Result<C, E>>,
    {
        let candidate = with.candidate.clone();
        let connection = attempt(with).await?;
        self.inner.accepted(&candidate);
        Ok(connection)
    }

    /// Whether there is another credential than the one refused, after a refresh if need be, or those there are may be
    /// accepted now. What it takes to wait is taken from `patience`; how long the server took to refuse does not count.
    async fn another(&self, refused: u64, patience: &mut Duration) -> Found {
        loop {
            if self.inner.version() > refused {
                return Found::News;
            }
            if patience.is_zero() {
                return Found::Nothing;
            }
            let (inner, begun) = (Arc::downgrade(&self.inner), Instant::now());
            let look = move |ask| look(&inner, refused, ask);
            let found = self.inner.refresher.fly(*patience, look).await;
            *patience = patience.saturating_sub(begun.elapsed());
            match found {
                _ if self.inner.version() > refused => return Found::News,
                // It was for those who were refused with an earlier one.
                Some(Found::News) => {}
                Some(found) => return found,
                None => return Found::Nothing,
            }
        }
    }
}

/// One refresh, if there is no other credential already.
fn look<O>(inner: &Weak<Inner<O>>, refused: u64, ask: Ask) -> Found {
    let Some(inner) = inner.upgrade() else { return Found::Gone };
    if inner.version() > refused {
        return Found::News;
    }
    if ask == Ask::Instead {
        inner.renounce();
    }
    inner.followed.refresh();
    match inner.version() > refused {
        true => Found::News,
        false if inner.versions().earlier().is_some() => Found::Again,
        false => Found::Nothing,
    }
}

impl<O> Inner<O> {
    fn order(&self, tried: &[u64]) -> Order {
        self.note();
        let versions = self.versions();
        let is_open = |candidate: &Candidate| !tried.contains(&candidate.version);
        let between = versions.between().into_iter().filter(is_open);
        Order {
            proved: versions.earlier().filter(is_open).map(|earlier| self.begin(earlier)),
            between: between.map(|candidate| self.begin(candidate)).collect(),
            newest: self.begin(versions.newest()),
        }
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
        match self.fingerprint(&settings) {
            Some(fingerprint) => {
                let mut versions = self.versions();
                versions.note(generation, fingerprint, settings);
                self.generation.store(generation.max(versions.generation()), Ordering::Release);
            }
            None => self.generation.store(generation, Ordering::Release),
        }
    }

    /// Of what connections are made of under these settings; none where the program's function panics on them. The pool
    /// then stays with those before, and acknowledges no newer ones.
    fn fingerprint(&self, settings: &Snapshot) -> Option<u64> {
        let fingerprint =
            || fingerprint(&self.keys, self.driver.identity, &self.followed.options(settings));
        match catch_unwind(AssertUnwindSafe(fingerprint)) {
            Ok(fingerprint) => Some(fingerprint),
            Err(payload) => {
                // Its words may hold a value, and its destructor may panic in its turn.
                std::mem::forget(payload);
                trace::pool_stays();
                None
            }
        }
    }

    /// Has the next refresh ask for another of what was lent that the newest credential is made of.
    fn renounce(&self) {
        let settings = self.versions().newest().settings;
        let options = self.followed.options(&settings);
        let logs_in_with = self.driver.logs_in_with;
        self.followed.renounce(&|text| !text.is_empty() && logs_in_with(&options, text));
    }

    fn accepted(&self, candidate: &Candidate) {
        if self.proved.load(Ordering::Acquire) >= candidate.version {
            return;
        }
        let mut versions = self.versions();
        let is_first = versions.earlier().is_none();
        if versions.accepted(candidate) {
            self.proved.store(candidate.version, Ordering::Release);
            drop(versions);
            let (told, _) = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if !is_first || told == candidate.version {
                self.tell(candidate.version, trace::Pool::Accepted);
            }
            self.refresher.accepted();
            self.news.notify_one();
        }
    }

    /// Tells what became of a version, once.
    fn tell(&self, version: u64, what: trace::Pool) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let news = (version, Some(what));
        if *told != news {
            *told = news;
            drop(told);
            trace::pool(version, what);
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

fn fingerprint<O>(keys: &RandomState, identity: fn(&O, &mut dyn Hasher), of: &O) -> u64 {
    let mut hasher = keys.build_hasher();
    identity(of, &mut hasher);
    Hasher::finish(&hasher)
}
