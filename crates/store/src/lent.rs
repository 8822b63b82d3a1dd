//! A connection to PostgreSQL on loan from the pool.
//!
//! The pool asks each that comes back whether it is well, and waits for ever for the answer. So one that was left in the middle - no
//! answer came in time, or whoever asked hung up - goes back only when it has answered and nothing of it is open; otherwise it is
//! closed. So is one to a server that takes nothing any more.

use crate::connect::{UNUSED, why};
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
    takes_nothing: bool,
}

/// "Cannot execute this in a read-only transaction": a standby, or a primary that is being replaced.
const READ_ONLY: &str = "25006";

impl Lent {
    /// The next that is free.
    pub async fn of(pool: &PgPool) -> Result<Lent, sqlx::Error> {
        let connection = pool.acquire().await.map_err(|error| why(error, &pool.connect_options()))?;
        let connection = Some(connection);
        Ok(Lent { connection, well: false, begun: false, takes_nothing: false })
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
        self.heard(answer)
    }

    /// What was answered on it in the middle. A server that takes nothing will not begin to: the next connection may lead to the one
    /// that took its place.
    pub fn heard<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if let Err(sqlx::Error::Database(error)) = &answer {
            self.takes_nothing |= error.code().as_deref() == Some(READ_ONLY);
        }
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
        if self.takes_nothing {
            connection.close_on_drop();
            return;
        }
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
    use crate::db::{Db, LONGEST_STATEMENT, Lock, transaction};
    use crate::error::StoreError;
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

    async fn write(db: &Db) -> Result<(), StoreError> {
        transaction!(db, tx => { tx.execute(WRITE, &[]).await.map(drop) })
    }

    const WRITE: &str = "UPDATE layout SET version = version";

    /// As behind an address that leads to another server after a switchover.
    #[tokio::test]
    async fn a_connection_that_takes_nothing_is_not_lent_again() {
        let database = postgres().await;
        let read_only = |to: &str| {
            format!(
                "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \
                 default_transaction_read_only = {to}', current_database()); END $$; COMMIT"
            )
        };
        let store = database.open().await;
        store.close().await;
        database.execute(&read_only("on")).await;
        let db = Db::open(&database.url).await.unwrap();
        assert!(write(&db).await.unwrap_err().is_unavailable());
        database.execute(&read_only("off")).await;
        write(&db).await.unwrap();
        db.close().await;
    }

    async fn lock_in_vain(db: &Db) -> Result<(), StoreError> {
        transaction!(db, tx => {
            // From here on the clock leaps to whatever is waited for.
            tokio::time::pause();
            tx.lock(Lock::Texts).await
        })
    }

    /// Whoever waited in vain for an answer does not wait as long again for the answer to a rollback.
    #[tokio::test]
    async fn after_an_answer_that_never_came_nobody_waits_for_a_rollback() {
        let database = postgres().await;
        let store = database.open().await;
        let mut holder = store.db.begin().await.unwrap();
        holder.lock(Lock::Texts).await.unwrap();
        let began = tokio::time::Instant::now();
        let result = lock_in_vain(&store.db).await;
        let waited = began.elapsed();
        tokio::time::resume();
        assert!(result.unwrap_err().is_unavailable());
        assert!(waited < LONGEST_STATEMENT + UNUSED, "{waited:?}");
        holder.rollback().await.unwrap();
    }
}
