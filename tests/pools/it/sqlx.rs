//! `sqlx`.

use std::time::{Duration, Instant};

use ::sqlx::Error;
use ::sqlx::pool::PoolConnection;
use ::sqlx::postgres::{PgConnectOptions, PgPoolOptions, Postgres};
use config_core::Live;
use config_tests_pools::bed::{Bed, LogsIn, soon};
use config_tests_pools::clients::Clients;
use config_tests_servers::postgres::Cluster;

use super::lent::lent;
use super::trouble::trouble;
use super::{oldest, sentences, threads};

type Pool = config_core::pool::sqlx::Pool<Postgres>;

sentences!();
lent!();
trouble!();

async fn pool(bed: &Bed) -> Pool {
    pool_of(&bed.live).await
}

async fn pool_of<T: LogsIn>(live: &Live<T>) -> Pool {
    Pool::connect(live, PgPoolOptions::new().max_connections(64), database).await.unwrap()
}

fn database<T: LogsIn>(settings: &T) -> PgConnectOptions {
    let address = settings.address();
    PgConnectOptions::new_without_pgpass()
        .host(&address.ip().to_string())
        .port(address.port())
        .database(settings.database())
        .username(settings.user())
        .password(settings.password())
}

/// Every fifth closes its connection, so that new ones are needed all the time.
async fn request(pool: Pool, number: usize) -> Result<(), Error> {
    if number % 5 != 4 {
        return ::sqlx::query("SELECT 1").execute(&pool).await.map(drop);
    }
    let mut connection = pool.acquire().await?;
    ::sqlx::query("SELECT 1").execute(&mut *connection).await?;
    connection.close().await
}

fn clients(pool: &Pool) -> Clients {
    let pool = pool.clone();
    Clients::start(64, move |number| request(pool.clone(), number))
}

/// Keeps a connection that long.
async fn held(pool: Pool, time: Duration) -> Result<(), Error> {
    let mut connection = pool.acquire().await?;
    tokio::time::sleep(time).await;
    ::sqlx::query("SELECT 1").execute(&mut *connection).await.map(drop)
}

/// A connection that is made now, as the one that there was is taken.
async fn fresh(pool: &Pool) -> Result<PoolConnection<Postgres>, Error> {
    let first = pool.acquire().await?;
    let second = pool.acquire().await;
    drop(first);
    second
}

async fn close(pool: &Pool) {
    pool.close().await;
}

fn code(error: &Error) -> String {
    error
        .as_database_error()
        .and_then(::sqlx::error::DatabaseError::code)
        .unwrap_or_default()
        .into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_gives_rows_as_they_come_and_transactions() {
    let bed = Bed::new("first");
    let pool = pool(&bed).await;
    let all: Vec<(i32,)> =
        ::sqlx::query_as("SELECT generate_series(1, 1000)").fetch_all(&pool).await.unwrap();
    assert_eq!(all.len(), 1000);
    let mut transaction = pool.begin().await.unwrap();
    ::sqlx::query("CREATE TEMPORARY TABLE kept (n int)").execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let error = ::sqlx::query("SELECT nonsense").fetch_one(&pool).await.unwrap_err();
    assert_eq!(code(&error), "42703");
    pool.close().await;
    assert!(matches!(pool.acquire().await, Err(Error::PoolClosed)));
}
