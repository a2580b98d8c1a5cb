//! Settings from a real OpenBao, with a user of the database that it made for them, or one that it keeps.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use config_core::{ExposeSecret, Live, SecretString, Secrets};
use config_tests_servers::openbao::{Admin, Database, ROOT_TOKEN, Server};
use config_tests_servers::postgres::Cluster;
use config_tests_servers::proxy::Proxy;

use crate::bed::LogsIn;

/// Settings of a service with a database, and with something else under a lease of its own.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
pub struct Credentials {
    /// Who logs in.
    #[setting(required)]
    pub username: String,
    /// With what.
    #[secret(required, format = any)]
    pub password: SecretString,
    /// Nothing to this database.
    #[secret(required, format = any, vault = "queue/creds/app#password")]
    pub queue: SecretString,
}

/// The store behind a proxy that counts, and live settings from it that are good for an hour.
pub struct Lent {
    /// What counts.
    pub proxy: Proxy,
    /// Where the credential is.
    pub place: String,
    /// The settings.
    pub live: Live<Credentials>,
}

impl LogsIn for Credentials {
    fn user(&self) -> &str {
        &self.username
    }

    fn password(&self) -> &str {
        self.password.expose_secret()
    }
}

impl Lent {
    /// Settings with the credential that is at this place: `database/creds/app`, `kv/app`.
    ///
    /// # Panics
    /// Where the store does not give it.
    #[must_use]
    pub fn new(place: &str) -> Self {
        static QUEUE: OnceLock<Database> = OnceLock::new();
        QUEUE.get_or_init(|| admin().database_at("queue", "app", Cluster::shared(), "1h", "1h"));
        let proxy = Proxy::before(Server::shared().address());
        let url = proxy.url();
        let variables = [("VAULT_ADDR", &*url), ("VAULT_TOKEN", ROOT_TOKEN), ("PLACE", place)];
        let loader = Credentials::loader().env(HashMap::from(variables));
        let live = loader.live().ttl(Duration::from_secs(3600)).start_blocking().unwrap();
        Self { proxy, place: place.to_owned(), live }
    }

    /// How often the store was asked for what is at this path of its API.
    #[must_use]
    pub fn asked(&self, path: &str) -> usize {
        self.proxy.count("GET", &format!("/v1/{path}"))
    }

    /// How often it was asked for the lease that is nothing to the database.
    #[must_use]
    pub fn asked_for_the_other(&self) -> usize {
        self.asked("queue/creds/app")
    }
}

/// The administrator of the store.
#[must_use]
pub fn admin() -> Admin {
    Server::shared().admin()
}

/// An engine whose users live for an hour.
#[must_use]
pub fn database() -> Database {
    admin().database(Cluster::shared(), "1h", "1h")
}
