//! `&pool` where `sqlx` takes an executor.

use std::pin::Pin;

use ::sqlx::pool::PoolConnection;
use ::sqlx::{Acquire, Database, Describe, Either, Error, Execute, Executor, SqlStr, Transaction};
use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;

use super::Pool;
use super::stream::Given;

impl<'p, DB: Database> Executor<'p> for &'_ Pool<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<DB::QueryResult, DB::Row>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let pool = self.clone();
        Box::pin(Given::new(|giver| async move {
            let mut connection = pool.acquire().await?;
            let mut rows = connection.fetch_many(query);
            while let Some(row) = next(&mut rows).await {
                giver.give(row?).await;
            }
            Ok(())
        }))
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let pool = self.clone();
        Box::pin(async move { pool.acquire().await?.fetch_optional(query).await })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> BoxFuture<'e, Result<DB::Statement, Error>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move { pool.acquire().await?.prepare_with(sql, parameters).await })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<DB>, Error>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move { pool.acquire().await?.describe(sql).await })
    }
}

impl<'a, DB: Database> Acquire<'a> for &'_ Pool<DB> {
    type Database = DB;
    type Connection = PoolConnection<DB>;

    fn acquire(self) -> BoxFuture<'a, Result<PoolConnection<DB>, Error>> {
        let pool = self.clone();
        Box::pin(async move { Pool::acquire(&pool).await })
    }

    fn begin(self) -> BoxFuture<'a, Result<Transaction<'a, DB>, Error>> {
        let pool = self.clone();
        Box::pin(async move { Pool::begin(&pool).await })
    }
}

async fn next<T>(rows: &mut Pin<Box<dyn Stream<Item = T> + Send + '_>>) -> Option<T> {
    std::future::poll_fn(|context| rows.as_mut().poll_next(context)).await
}
