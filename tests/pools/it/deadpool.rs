//! `deadpool` and `tokio-postgres`.

use std::time::{Duration, Instant};

use config_core::Live;
use config_core::pool::deadpool::{Client, Manager, Pool};
use config_tests_pools::bed::{Bed, LogsIn, soon};
use config_tests_pools::clients::Clients;
use config_tests_servers::postgres::Cluster;
use deadpool_postgres::PoolError;
use deadpool_postgres::tokio_postgres::{Config, NoTls};

use super::lent::lent;
use super::trouble::trouble;
use super::{oldest, sentences, threads};

sentences!();
lent!();
trouble!();

async fn pool(bed: &Bed) -> Pool {
    pool_of(&bed.live).await
}

async fn pool_of<T: LogsIn>(live: &Live<T>) -> Pool {
    let manager = Manager::new(live, database, NoTls);
    let pool: Pool = Pool::builder(manager).max_size(64).build().unwrap();
    drop(pool.get().await.unwrap());
    pool
}

fn database<T: LogsIn>(settings: &T) -> Config {
    let address = settings.address();
    let mut config = Config::new();
    config.host(address.ip().to_string()).port(address.port()).dbname(settings.database());
    config.user(settings.user()).password(settings.password());
    config
}

/// Every fifth closes its connection, so that new ones are needed all the time.
async fn request(pool: Pool, number: usize) -> Result<(), PoolError> {
    let client = pool.get().await?;
    client.query_one("SELECT 1", &[]).await?;
    if number % 5 == 4 {
        Client::discard(client);
    }
    Ok(())
}

fn clients(pool: &Pool) -> Clients {
    let pool = pool.clone();
    Clients::start(64, move |number| request(pool.clone(), number))
}

/// Keeps a connection that long.
async fn held(pool: Pool, time: Duration) -> Result<(), PoolError> {
    let client = pool.get().await?;
    tokio::time::sleep(time).await;
    client.query_one("SELECT 1", &[]).await?;
    Ok(())
}

/// A connection that is made now, as the one that there was is taken.
async fn fresh(pool: &Pool) -> Result<Client, PoolError> {
    let first = pool.get().await?;
    let second = pool.get().await;
    drop(first);
    second
}

#[expect(clippy::unused_async, reason = "the other drivers wait for it")]
async fn close(pool: &Pool) {
    pool.close();
}

fn code(error: &PoolError) -> &str {
    match error {
        PoolError::Backend(error) => error.code().map_or("", |code| code.code()),
        _ => "",
    }
}
