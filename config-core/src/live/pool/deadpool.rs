//! Pools of `deadpool` for `tokio-postgres` that follow a live credential.
//!
//! ```no_run
//! use config_core::pool::deadpool::{Manager, Pool};
//! use config_core::{ExposeSecret, SecretString, Secrets};
//! use deadpool_postgres::tokio_postgres::{Config, NoTls};
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
//! fn database(settings: &Settings) -> Config {
//!     let mut config = Config::new();
//!     config.host(&settings.db_host).user(&settings.db_user);
//!     config.password(settings.db_password.expose_secret());
//!     config
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let live = Settings::live().start().await?;
//! let pool: Pool = Pool::builder(Manager::new(&live, database, NoTls)).max_size(64).build()?;
//!
//! let client = pool.get().await?;
//! let rows = client.query("SELECT name FROM users", &[]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! TLS is the caller's: any `MakeTlsConnect` stands where `NoTls` does. A server that does not answer holds a connection up
//! until `connect_timeout` of its `Config`, or the pool's own `create` timeout. A pool holds at most its `max_size` connections,
//! but a server may take a moment to let go of those that were closed: leave it some room.

use std::fmt;
use std::hash::Hasher;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock, Weak};

use ::deadpool::managed::{self, Metrics, Object, RecycleError, RecycleResult, WeakPool};
use deadpool_postgres::tokio_postgres::error::SqlState;
use deadpool_postgres::tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use deadpool_postgres::tokio_postgres::{Config, Error, Socket};
use deadpool_postgres::{ClientWrapper, ConfigConnectImpl, Connect, RecyclingMethod};
use tokio::sync::Notify;

use super::connector::{Attempt, Connector, PATIENCE, Verdict};
use super::followed::Driver;
use super::following::Following;
use super::identity::feed;
use super::ledger::Hold;
use super::registry::Member;
use super::settle::{self, Settler, Settles};
use super::versions::Phase;
use crate::live::Live;
use crate::secrets::Secrets;

/// A pool of connections to Postgres that follows a live credential. It is built as every pool of `deadpool` is.
pub type Pool = managed::Pool<Manager, Client>;

/// Makes the connections of a [`Pool`], each with the credential of the moment.
pub struct Manager {
    shared: Arc<Shared>,
    recycling: RecyclingMethod,
}

/// A connection: all that a `deadpool_postgres` client is.
pub struct Connection {
    // Dropped first.
    client: ClientWrapper,
    hold: Hold,
    /// It counts also where its pool is gone.
    shared: Arc<Shared>,
}

/// A connection taken out of a [`Pool`]. Returned when it is dropped; closed then where its credential is outdated.
pub struct Client {
    // Taken by `drop` alone.
    object: Option<Object<Manager>>,
}

struct Shared {
    connector: Connector<Config>,
    connect: Box<dyn Connect>,
    pool: OnceLock<WeakPool<Manager>>,
    settler: Settler,
}

impl Manager {
    /// Connects with what `database` makes of the settings of the moment. All of it comes from one snapshot, so that user
    /// name and password belong together.
    pub fn new<T, C>(
        live: &Live<T>,
        database: impl Fn(&T) -> Config + Send + Sync + 'static,
        tls: C,
    ) -> Self
    where
        T: Secrets + Send + Sync,
        C: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
        C::Stream: Sync + Send,
        C::TlsConnect: Sync + Send,
        <C::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let followed = Box::new(Following::new(live, database));
        let shared = Shared {
            connector: Connector::new(followed, Driver { identity, logs_in_with }, PATIENCE),
            connect: Box::new(ConfigConnectImpl { tls }),
            pool: OnceLock::new(),
            settler: Settler::default(),
        };
        let shared = Arc::new(shared);
        let member: Weak<Shared> = Arc::downgrade(&shared);
        live.handle.core().pools.join(member);
        Self { shared, recycling: RecyclingMethod::default() }
    }

    /// How a connection is looked at before it is used again; [`RecyclingMethod::Fast`] if nothing is said.
    #[must_use]
    pub fn recycling(mut self, method: RecyclingMethod) -> Self {
        self.recycling = method;
        self
    }

    /// The newest generation such that no connection made under an older credential is left.
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

impl Client {
    /// The generation whose credential it was made with.
    #[must_use]
    pub fn generation(this: &Self) -> u64 {
        this.hold.version()
    }

    /// Closes the connection instead of giving it back.
    pub fn discard(mut this: Self) {
        if let Some(object) = this.object.take() {
            drop(Object::take(object));
        }
    }
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        self.shared.settler.is_here();
        if self.shared.has_news() {
            settle::begin(&self.shared);
        }
        self.shared.connector.connect(|attempt| self.shared.open(attempt), verdict).await
    }

    async fn recycle(&self, it: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        if self.shared.is_outdated(it) {
            return Err(RecycleError::message("its credential is outdated"));
        }
        if it.is_closed() {
            return Err(RecycleError::message("it is closed"));
        }
        if let Some(sql) = self.recycling.query() {
            it.simple_query(sql).await?;
        }
        Ok(())
    }
}

impl Shared {
    async fn open(self: &Arc<Self>, attempt: Attempt) -> Result<Connection, Error> {
        let config = self.connector.options(&attempt.candidate);
        let (client, task) = self.connect.connect(&config).await?;
        let client = ClientWrapper::new(client, task);
        Ok(Connection { client, hold: attempt.hold, shared: Arc::clone(self) })
    }

    fn is_outdated(&self, it: &Connection) -> bool {
        self.connector.is_outdated(it.hold.version())
    }

    /// Before the first connection came out of it, a pool is not known, and open.
    fn phase(&self) -> Phase {
        match self.pool.get().map(WeakPool::upgrade) {
            None => Phase::Open,
            Some(Some(pool)) if !pool.is_closed() => Phase::Open,
            Some(_) => Phase::Closed,
        }
    }
}

impl Member for Shared {
    fn swapped(self: Arc<Self>) {
        settle::begin(&self);
    }

    fn acknowledged(&self) -> u64 {
        self.connector.acknowledged(self.phase(), || None)
    }

    fn in_use(&self) -> Vec<(u64, usize)> {
        self.connector.ledger().held()
    }
}

impl Settles for Shared {
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
        if let Some(pool) = self.pool.get().and_then(WeakPool::upgrade) {
            drop(pool.retain(|it, _| !self.is_outdated(it)));
        }
        let oldest = self.in_use().first().map(|(version, _)| *version);
        oldest.is_none_or(|version| !self.connector.is_outdated(version))
    }
}

impl From<Object<Manager>> for Client {
    fn from(object: Object<Manager>) -> Self {
        // A manager does not know its pool before something comes out of it.
        if let Some(pool) = Object::pool(&object) {
            object.shared.pool.get_or_init(|| pool.weak());
        }
        Self { object: Some(object) }
    }
}

impl Client {
    fn object(&self) -> &Object<Manager> {
        self.object.as_ref().expect("taken by drop alone")
    }
}

impl Deref for Client {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.object()
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Connection {
        self.object.as_mut().expect("taken by drop alone")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else {
            return;
        };
        if object.shared.is_outdated(&object) {
            drop(Object::take(object));
        }
    }
}

impl Deref for Connection {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        &mut self.client
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("client", &self.client)
            .field("generation", &self.hold.version())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager").field("in_use", &self.in_use()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("generation", &Self::generation(self))
            .finish_non_exhaustive()
    }
}

/// The password, which `Debug` of a `Config` leaves out, and all that it shows.
fn identity(config: &Config, hasher: &mut dyn Hasher) {
    let password = config.get_password();
    hasher.write_u8(password.is_some().into());
    hasher.write_usize(password.map_or(0, <[u8]>::len));
    hasher.write(password.unwrap_or_default());
    feed(hasher, config);
}

fn logs_in_with(config: &Config, text: &str) -> bool {
    config.get_user() == Some(text) || config.get_password() == Some(text.as_bytes())
}

fn verdict(error: &Error) -> Verdict {
    const DENIED: [SqlState; 2] =
        [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
    match error.code() {
        Some(code) if DENIED.contains(code) => Verdict::Denied,
        _ => Verdict::Failed,
    }
}
