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

    /// The same with a transaction that these statements begin, and [`Lent::end`] ends.
    pub async fn begin(pool: &PgPool, begin: &'static str) -> Result<Lent, sqlx::Error> {
        let mut lent = Lent::of(pool).await?;
        lent.begun = true;
        sqlx::raw_sql(begin).execute(&mut *lent).await?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, Lock};
    use crate::testing::postgres;
    use std::time::Duration;

    #[tokio::test]
    async fn what_is_left_in_the_middle_has_ended_before_it_is_lent_again() {
        let database = postgres().await;
        let store = database.open().await;
        let Db::Postgres(pool) = &store.db else { panic!("not PostgreSQL") };
        // More often than there are connections.
        for _ in 0..40 {
            let mut tx = store.db.begin().await.unwrap();
            tx.lock(Lock::Texts).await.unwrap();
            drop(tx);
            let mut lent = Lent::of(pool).await.unwrap();
            let asked = sqlx::query("SELECT pg_sleep(0.05)").execute(&mut *lent);
            timeout(Duration::from_millis(5), asked).await.unwrap_err();
        }
        let mut tx = store.db.begin().await.unwrap();
        timeout(UNUSED, tx.lock(Lock::Texts)).await.expect("nobody holds it").unwrap();
        tx.rollback().await.unwrap();
        for _ in 0..100 {
            if pool.num_idle() == pool.size() as usize {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} of {} connections came back", pool.num_idle(), pool.size());
    }
}
