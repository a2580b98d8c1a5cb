//! A process with a pool that logs in with a password from a file, does what it is told, and waits to be looked into.
//!
//! `memory-pools DRIVER HOW CONNECTIONS FILE OTHER`; both files have a user and a password. With `QUARANTINE` in its
//! environment it reuses no memory, with `WIPING` its allocator wipes.

use std::net::SocketAddr;
use std::time::Duration;

use config_core::{ExposeSecret, Live, SecretString, Secrets};
use config_tests_pools::memory::{self, fingerprint};
use config_tests_pools::quarantine::Quarantine;

#[global_allocator]
static ALLOCATOR: Quarantine = Quarantine::new();

#[derive(Secrets)]
struct Settings {
    #[setting(required)]
    user: String,
    #[secret(required, format = any)]
    password: SecretString,
}

/// What to do.
struct Told {
    how: String,
    connections: usize,
    file: String,
    other: String,
}

impl Told {
    /// Replaces the credential, if it is to be, by copying within the kernel: this process never reads the other file but
    /// as settings. Waits until no connection of the first is left.
    async fn replaced(&self, live: &Live<Settings>) {
        if self.how == "Replaced" {
            std::fs::copy(&self.other, &self.file).expect("two files");
            assert!(live.refresh_now().await.expect("a whole file").is_some());
            while live.acknowledged() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    fn is_to_end(&self) -> bool {
        self.how == "Dropped"
    }
}

fn main() {
    if std::env::var_os("QUARANTINE").is_some() {
        ALLOCATOR.begin();
    }
    if std::env::var_os("WIPING").is_some() {
        ALLOCATOR.wipe();
    }
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("what to do");
    let (driver, how, connections) = (next(), next(), next().parse().expect("a number"));
    let told = Told { how, connections, file: next(), other: next() };
    let loader = Settings::loader().env([("X", "")]).file(&told.file);
    let live = loader.live().events(false).start_blocking().expect("a whole file");
    // Not by `with`: the thread would keep what it read.
    let said =
        fingerprint(live.field(|settings| &settings.password).get().expose_secret().as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    match driver.as_str() {
        "deadpool" => runtime.block_on(deadpool::run(live, told, said)),
        "sqlx" => runtime.block_on(sqlx::run(live, told, said)),
        driver => panic!("{driver} is not known"),
    }
}

/// Beside the runtime, where what the pool has to do goes on.
async fn pause(said: String) {
    let paused = tokio::task::spawn_blocking(move || memory::pause(&said));
    paused.await.expect("it is let go");
}

fn address() -> SocketAddr {
    let address = std::env::var("ADDRESS").expect("where the server is");
    address.parse().expect("an address")
}

mod deadpool {
    use config_core::pool::deadpool::{Manager, Pool};
    use deadpool_postgres::tokio_postgres::{Config, NoTls};

    use super::{ExposeSecret, Live, Settings, Told, address, pause};

    pub(super) async fn run(live: Live<Settings>, told: Told, said: String) {
        let manager = Manager::new(&live, database, NoTls);
        let pool: Pool = Pool::builder(manager).max_size(told.connections).build().expect("a pool");
        let mut clients = Vec::new();
        for _ in 0..told.connections {
            let client = pool.get().await.expect("a connection");
            client.query_one("SELECT 1", &[]).await.expect("an answer");
            clients.push(client);
        }
        drop(clients);
        told.replaced(&live).await;
        if told.is_to_end() {
            pool.close();
            drop((pool, live));
            return pause(said).await;
        }
        pause(said).await;
    }

    fn database(settings: &Settings) -> Config {
        let mut config = Config::new();
        config.host(address().ip().to_string()).port(address().port()).dbname("postgres");
        config.user(&settings.user).password(settings.password.expose_secret());
        config
    }
}

mod sqlx {
    use config_core::pool::sqlx::Pool;
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::{ExposeSecret, Live, Settings, Told, address, pause};

    pub(super) async fn run(live: Live<Settings>, told: Told, said: String) {
        let most = u32::try_from(told.connections).expect("a small number");
        let options = PgPoolOptions::new().max_connections(most);
        let pool = Pool::connect_lazy(&live, options, database);
        let mut connections = Vec::new();
        for _ in 0..told.connections {
            let mut connection = pool.acquire().await.expect("a connection");
            sqlx::query("SELECT 1").execute(&mut *connection).await.expect("an answer");
            connections.push(connection);
        }
        drop(connections);
        told.replaced(&live).await;
        if told.is_to_end() {
            pool.close().await;
            drop((pool, live));
            return pause(said).await;
        }
        pause(said).await;
    }

    fn database(settings: &Settings) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host(&address().ip().to_string())
            .port(address().port())
            .database("postgres")
            .username(&settings.user)
            .password(settings.password.expose_secret())
    }
}
