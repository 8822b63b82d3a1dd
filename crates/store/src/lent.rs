//! A connection to PostgreSQL on loan from the pool.
//!
//! The pool asks each that comes back whether it is well, and waits for ever for the answer. So one that was left in the middle - no
//! answer came in time, or whoever asked hung up - goes back only when it has answered and nothing of it is open; otherwise it is
//! closed.

use crate::connect::UNUSED;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::ops::{Deref, DerefMut};
use tokio::time::timeout;

/// It is well when nothing is open and all that was asked was answered.
pub(crate) struct Lent {
    /// There until it is dropped.
    connection: Option<PoolConnection<Postgres>>,
    well: bool,
    begun: bool,
}

impl Lent {
    /// The next that is free.
    pub async fn of(pool: &PgPool) -> Result<Lent, sqlx::Error> {
        Ok(Lent { connection: Some(pool.acquire().await?), well: false, begun: false })
    }

    /// The same with a transaction, which ends with [`Lent::end`].
    pub async fn begin(pool: &PgPool) -> Result<Lent, sqlx::Error> {
        let mut lent = Lent::of(pool).await?;
        lent.begun = true;
        sqlx::raw_sql("BEGIN").execute(&mut *lent).await?;
        Ok(lent)
    }

    /// `COMMIT` or `ROLLBACK`.
    pub async fn end(mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        let ended = sqlx::raw_sql(statement).execute(&mut *self).await;
        self.back(ended).map(drop)
    }

    /// Back to the pool with an answer. Of one that never came, the connection is not well.
    pub fn back<T>(mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        self.well = matches!(answer, Ok(_) | Err(sqlx::Error::Database(_)));
        answer
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect("there until it is dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("there until it is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if self.well {
            return;
        }
        let begun = self.begun;
        tokio::spawn(async move {
            let answered = async {
                match begun {
                    true => sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.map(drop),
                    false => sqlx::Connection::ping(&mut *connection).await,
                }
            };
            if !matches!(timeout(UNUSED, answered).await, Ok(Ok(()))) {
                connection.close_on_drop();
            }
        });
    }
}
