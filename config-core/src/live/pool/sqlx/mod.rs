//! Pools of `sqlx` that follow a live credential, whatever the database.
//!
//! ```no_run
//! use config_core::pool::sqlx::Pool;
//! use config_core::{ExposeSecret, SecretString, Secrets};
//! use sqlx::postgres::{PgConnectOptions, PgPoolOptions, Postgres};
//!
//! #[derive(Debug, Secrets)]
//! #[secrets(sources(dir("/run/secrets")))]
//! struct Settings {
//!     #[setting(default = "db.example")]
//!     db_host: String,
//!     #[setting(default = "app")]
//!     db_user: String,
//!     #[secret(required, format = any)]
//!     db_password: SecretString,
//! }
//!
//! fn database(settings: &Settings) -> PgConnectOptions {
//!     PgConnectOptions::new_without_pgpass()
//!         .host(&settings.db_host)
//!         .username(&settings.db_user)
//!         .password(settings.db_password.expose_secret())
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let live = Settings::live().start().await?;
//! let options = PgPoolOptions::new().max_connections(64);
//! let pool: Pool<Postgres> = Pool::connect(&live, options, database).await?;
//!
//! let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await?;
//! let mut transaction = pool.begin().await?;
//! sqlx::query("DELETE FROM users").execute(&mut *transaction).await?;
//! transaction.commit().await?;
//! # Ok(())
//! # }
//! ```
//!
//! `sqlx` has no hook for a connection that is about to be made, and a connection of its pool carries nothing of ours. So
//! there is one pool of `sqlx` for each credential: the newest, which hands out connections, and older ones until the last
//! connection is returned to them. While older ones are in use there may be more than `max_connections` connections, at
//! most twice as many. TLS and the runtime's features are the application's, in its own dependency on `sqlx`; the runtime
//! is tokio.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use ::sqlx::pool::{MaybePoolConnection, PoolConnection, PoolOptions};
use ::sqlx::{Connection, Database, Error, Transaction};

use tokio::sync::Notify;

use super::connector::{Attempt, Connector, PATIENCE, Verdict};
use super::followed::Driver;
use super::following::Following;
use super::registry::Member;
use super::settle::{self, Settler, Settles};
use super::versions::Phase;
use crate::live::Live;
use crate::secrets::Secrets;

mod executor;
mod identity;
mod stream;

/// How long a connection that is given up may take to say good-bye.
const PARTING: Duration = Duration::from_secs(5);

/// What a connection to a database is made of.
pub type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// A pool of connections that follows a live credential. Used as a pool of `sqlx` is, `&pool` is an executor; a clone is
/// the same pool.
pub struct Pool<DB: Database> {
    shared: Arc<Shared<DB>>,
}

struct Shared<DB: Database> {
    connector: Connector<Options<DB>>,
    options: PoolOptions<DB>,
    /// The pool of each credential that is in use, the oldest first.
    pools: Mutex<Vec<(u64, ::sqlx::pool::Pool<DB>)>>,
    closed: AtomicBool,
    settler: Settler,
}

impl<DB: Database> Pool<DB> {
    /// Connects with what `database` makes of the settings; later connections with what it makes of the settings of then.
    /// All of it comes from one snapshot, so that user name and password belong together.
    ///
    /// # Errors
    /// Where no connection can be made.
    pub async fn connect<T: Secrets + Send + Sync>(
        live: &Live<T>,
        options: PoolOptions<DB>,
        database: impl Fn(&T) -> Options<DB> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let pool = Self::connect_lazy(live, options, database);
        drop(pool.acquire().await?);
        Ok(pool)
    }

    /// The same, without a connection before one is needed.
    pub fn connect_lazy<T: Secrets + Send + Sync>(
        live: &Live<T>,
        options: PoolOptions<DB>,
        database: impl Fn(&T) -> Options<DB> + Send + Sync + 'static,
    ) -> Self {
        let followed = Box::new(Following::new(live, database));
        let driver = Driver {
            identity: identity::identity::<Options<DB>>,
            logs_in_with: identity::logs_in_with::<Options<DB>>,
        };
        let shared = Shared {
            connector: Connector::new(followed, driver, PATIENCE),
            options,
            pools: Mutex::default(),
            closed: AtomicBool::new(false),
            settler: Settler::default(),
        };
        let shared = Arc::new(shared);
        let member: Weak<Shared<DB>> = Arc::downgrade(&shared);
        live.handle.core().pools.join(member);
        Self { shared }
    }

    /// Takes a connection out, which returns when it is dropped.
    ///
    /// # Errors
    /// As `sqlx` gives them. Where the credential is refused, that is its error after the sources were asked anew.
    pub async fn acquire(&self) -> Result<PoolConnection<DB>, Error> {
        self.shared.settler.is_here();
        if self.shared.has_news() {
            settle::begin(&self.shared);
        }
        loop {
            let open = |attempt| self.shared.open(attempt);
            match self.shared.connector.connect(open, verdict).await {
                // The pool of an older credential was closed meanwhile: there is a newer one.
                Err(Error::PoolClosed) if !self.is_closed() => {}
                other => return other,
            }
        }
    }

    /// Takes a connection out and begins a transaction.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire), and where the transaction cannot be begun.
    pub async fn begin(&self) -> Result<Transaction<'static, DB>, Error> {
        let connection = MaybePoolConnection::PoolConnection(self.acquire().await?);
        Transaction::begin(connection, None).await
    }

    /// Closes the pool, and waits until all connections are returned and closed.
    pub async fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.connector.close();
        let pools: Vec<_> = self.shared.pools().iter().map(|(_, pool)| pool.clone()).collect();
        // None of them hands out another from here on, whichever is waited for first.
        let closing: Vec<_> = pools.iter().map(::sqlx::pool::Pool::close).collect();
        for closed in closing {
            closed.await;
        }
    }

    /// Whether [`close`](Self::close) was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// How many connections there are.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.shared.pools().iter().map(|(_, pool)| pool.size()).sum()
    }

    /// How many of them are not in use.
    #[must_use]
    pub fn num_idle(&self) -> usize {
        self.shared.pools().iter().map(|(_, pool)| pool.num_idle()).sum()
    }

    /// The newest generation such that no connection made under an older credential is left. A connection that was
    /// detached from its pool is not counted, nor are those of a pool that was dropped: [`close`](Self::close) it first.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.shared.acknowledged()
    }

    /// Each generation whose credential is in use, the oldest first, and by how many connections.
    #[must_use]
    pub fn in_use(&self) -> Vec<(u64, usize)> {
        self.shared.in_use()
    }
}

impl<DB: Database> Shared<DB> {
    async fn open(&self, attempt: Attempt) -> Result<PoolConnection<DB>, Error> {
        let pool = self.pool_of(&attempt).ok_or(Error::PoolClosed)?;
        let connection = pool.acquire().await;
        // From here on the pool counts it.
        drop(attempt.hold);
        connection
    }

    /// The pool of a credential; none of one that is outdated.
    fn pool_of(&self, attempt: &Attempt) -> Option<::sqlx::pool::Pool<DB>> {
        let version = attempt.candidate.version;
        let known = |pools: &Vec<(u64, ::sqlx::pool::Pool<DB>)>| {
            let of_version = pools.iter().find(|(of, _)| *of == version);
            of_version.map(|(_, pool)| pool.clone())
        };
        let is_over = || self.phase() == Phase::Closed || self.connector.is_outdated(version);
        if is_over() {
            return None;
        }
        if let Some(pool) = known(&self.pools()) {
            return Some(pool);
        }
        // The program's function runs under no lock: it may ask the pool something.
        let options = self.connector.options(&attempt.candidate);
        let mut pools = self.pools();
        if is_over() {
            return None;
        }
        Some(known(&pools).unwrap_or_else(|| {
            let pool = self.options.clone().connect_lazy_with(options);
            pools.push((version, pool.clone()));
            pools.sort_by_key(|(version, _)| *version);
            pool
        }))
    }

    fn phase(&self) -> Phase {
        if self.closed.load(Ordering::Acquire) { Phase::Closed } else { Phase::Open }
    }

    fn pools(&self) -> MutexGuard<'_, Vec<(u64, ::sqlx::pool::Pool<DB>)>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<DB: Database> Member for Shared<DB> {
    fn swapped(self: Arc<Self>) {
        settle::begin(&self);
    }

    fn acknowledged(&self) -> u64 {
        self.connector.acknowledged(self.phase(), || {
            self.pools().iter().find(|(_, pool)| pool.size() > 0).map(|(version, _)| *version)
        })
    }

    fn in_use(&self) -> Vec<(u64, usize)> {
        let pools = self.pools();
        let sizes = pools.iter().map(|(version, pool)| (*version, pool.size() as usize));
        sizes.filter(|(_, size)| *size > 0).collect()
    }
}

impl<DB: Database> Settles for Shared<DB> {
    fn settler(&self) -> &Settler {
        &self.settler
    }

    fn news(&self) -> Arc<Notify> {
        self.connector.news()
    }

    fn has_news(&self) -> bool {
        self.phase() == Phase::Open && self.connector.note()
    }

    async fn probe(self: &Arc<Self>) {
        drop(self.connector.probe(|attempt| self.open(attempt), verdict).await);
    }

    async fn drain(&self) -> bool {
        let outdated: Vec<_> = {
            let pools = self.pools();
            pools.iter().filter(|(of, _)| self.connector.is_outdated(*of)).cloned().collect()
        };
        for (_, pool) in &outdated {
            // `close` itself closes them only once all others have been returned.
            for _ in 0..pool.num_idle() {
                if let Some(connection) = pool.try_acquire() {
                    drop(tokio::time::timeout(PARTING, connection.close()).await);
                }
            }
            if !pool.is_closed() {
                let pool = pool.clone();
                drop(tokio::spawn(async move { pool.close().await }));
            }
        }
        let mut pools = self.pools();
        pools.retain(|(of, pool)| {
            !self.connector.is_outdated(*of) || !pool.is_closed() || pool.size() > 0
        });
        !pools.iter().any(|(of, _)| self.connector.is_outdated(*of))
    }
}

impl<DB: Database> Clone for Pool<DB> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<DB: Database> fmt::Debug for Pool<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("in_use", &self.in_use())
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

fn verdict(error: &Error) -> Verdict {
    // SQLSTATE for a wrong password and for a user who may not log in: the same in every database.
    const DENIED: [&str; 2] = ["28P01", "28000"];
    let code = error.as_database_error().and_then(::sqlx::error::DatabaseError::code);
    match error {
        Error::PoolTimedOut => Verdict::Full,
        _ if code.is_some_and(|code| DENIED.contains(&code.as_ref())) => Verdict::Denied,
        _ => Verdict::Failed,
    }
}
