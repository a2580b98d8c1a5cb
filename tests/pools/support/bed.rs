//! Live settings with a user name and a password, from a store that can be told what to answer and counts how often.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use config_core::{
    Absence, Answer, ExposeSecret, Failure, FailureKind, Fetch, Live, Node, Origin, SecretString,
    Secrets, Source, Wanted,
};
use config_tests_servers::postgres::Cluster;

/// What the store holds; settable.
#[derive(Debug, Clone, Default)]
pub struct Store {
    held: Arc<Mutex<Held>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct Held {
    user: String,
    password: String,
    level: String,
    database: Option<String>,
    address: Option<String>,
    fails: bool,
}

/// Settings of a service with a database.
#[derive(Debug, Secrets)]
#[secrets(sources(env))]
pub struct Settings {
    /// Who logs in.
    #[setting(required)]
    pub user: String,
    /// With what.
    #[secret(required, format = any)]
    pub password: SecretString,
    /// To which database.
    #[setting(default = "postgres")]
    pub database: String,
    /// Where it is, if it is not the cluster.
    #[setting]
    pub address: Option<String>,
    /// Nothing to a database. One is not to be used, of another nobody can tell whether it is good.
    #[setting(default = "info", validate = is_known)]
    pub level: String,
}

fn is_known(level: &String) -> Result<(), String> {
    if level == "one that hangs" {
        std::thread::sleep(Duration::from_secs(3_600));
    }
    Ok(())
}

/// Settings that one logs in to the server with.
pub trait LogsIn: Secrets + Send + Sync {
    /// As whom.
    fn user(&self) -> &str;

    /// With what.
    fn password(&self) -> &str;

    /// To which database.
    fn database(&self) -> &str {
        "postgres"
    }

    /// Where.
    fn address(&self) -> SocketAddr {
        Cluster::shared().address()
    }
}

impl LogsIn for Settings {
    fn user(&self) -> &str {
        assert_ne!(self.level, "one to panic at");
        &self.user
    }

    fn password(&self) -> &str {
        self.password.expose_secret()
    }

    fn database(&self) -> &str {
        &self.database
    }

    fn address(&self) -> SocketAddr {
        let address = self.address.as_ref().and_then(|address| address.parse().ok());
        address.unwrap_or_else(|| Cluster::shared().address())
    }
}

/// A server, a user of its own, and live settings with the credential of it.
pub struct Bed {
    /// The server.
    pub cluster: &'static Cluster,
    /// The user.
    pub user: String,
    /// Where the settings come from.
    pub store: Store,
    /// The settings.
    pub live: Live<Settings>,
}

impl Store {
    /// Sets the password.
    pub fn password(&self, password: &str) {
        password.clone_into(&mut self.held.lock().unwrap().password);
    }

    /// Sets both.
    pub fn credential(&self, user: &str, password: &str) {
        user.clone_into(&mut self.held.lock().unwrap().user);
        self.password(password);
    }

    /// Sets what is nothing to a database.
    pub fn level(&self, level: &str) {
        level.clone_into(&mut self.held.lock().unwrap().level);
    }

    /// Sets the database, and where it is; none for the cluster's.
    pub fn at(&self, database: Option<&str>, address: Option<SocketAddr>) {
        let mut held = self.held.lock().unwrap();
        held.database = database.map(str::to_owned);
        held.address = address.map(|address| address.to_string());
    }

    /// Whether it gives no answer.
    pub fn fails(&self, fails: bool) {
        self.held.lock().unwrap().fails = fails;
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Source for Store {
    fn label(&self) -> String {
        "store".to_owned()
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        // As a store over a network would: connections that are refused meanwhile meet the same refresh.
        std::thread::sleep(Duration::from_millis(20));
        let held = self.held.lock().unwrap();
        if held.fails {
            return Fetch::Ready(Err(Failure::new(FailureKind::Unreachable, "it is down")));
        }
        let answers = wanted.keys().iter().map(|key| {
            let text = match key.path() {
                "user" => Some(&held.user),
                "password" => Some(&held.password),
                "level" => Some(&held.level),
                "database" => held.database.as_ref(),
                _ => held.address.as_ref(),
            };
            match text {
                Some(text) => Answer::value(Node::text(text), Origin::new("store".to_owned())),
                None => Answer::Absent(Absence::new("store", "no such key")),
            }
        });
        Fetch::Ready(Ok(answers.collect()))
    }
}

impl Bed {
    /// A user with this password, and settings that say so.
    #[must_use]
    pub fn new(password: &str) -> Self {
        let cluster = Cluster::shared();
        let user = cluster.user(password);
        let store = Store::default();
        store.credential(&user, password);
        store.level("info");
        let loader = Settings::loader().env([("NOTHING", "")]).source(store.clone());
        let loader = loader.deadline(Duration::from_secs(3));
        let live = loader.live().ttl(Duration::from_secs(3600)).start_blocking().unwrap();
        Self { cluster, user, store, live }
    }

    /// Has the server take another password, and no longer the one before.
    pub fn alter(&self, password: &str) {
        self.cluster.execute(&format!("ALTER ROLE {} PASSWORD '{password}'", self.user));
    }

    /// Who is logged in as this user, or one of the other name.
    #[must_use]
    pub fn sessions(&self, user: &str) -> usize {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'");
        self.cluster.execute(&sql).parse().unwrap()
    }
}

/// Waits until it holds.
pub async fn soon(what: &str, holds: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}
