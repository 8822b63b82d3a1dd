//! One way to run SQL on SQLite and on PostgreSQL.
//!
//! The same SQL text runs on both (`$1` works on both); where the engines differ, [`Sql`] holds both texts. Every write
//! goes through [`transaction!`], which on SQLite begins with `BEGIN IMMEDIATE`: a deferred transaction that reads before
//! it writes fails under load instead of waiting.
//!
//! On PostgreSQL transactions run at READ COMMITTED: what one decides on, it locks (`FOR UPDATE`, or an advisory lock
//! where there may be no row yet), and unique constraints decide races of inserts.

use crate::error::StoreError;
use crate::lent::Lent;
use crate::value::Row;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::time::Duration;

/// PostgreSQL gives up a statement after so long, and so does this side soon after: of a connection whose other end is gone
/// without a word, no answer ever comes.
pub(crate) const LONGEST_STATEMENT: Duration = Duration::from_secs(30);
/// To plan them anew was a third of what batches cost the database (docs/scale.md). What asks for some days of visits by a plan that is kept locks all
/// days, and looks at these. Of a table that was small when it was last analysed the planner thinks that walking through it is cheapest.
const BEGIN_BATCH: &str =
    "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off";
/// While a table is small any of its indexes will do, and a plan that is kept would go on with that one.
const BEGIN_BATCH_ANEW: &str =
    "BEGIN; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = off";
/// Whoever has one of few turns gives it back soon, rather than wait with it for what somebody else has.
const BEGIN_IMPATIENT: &str = "BEGIN; SET LOCAL lock_timeout = '2s'";
/// How often a transaction that lost against another is run.
pub(crate) const ATTEMPTS: u32 = 8;

/// A statement: one text for both engines, or one each.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(both: &'static str) -> Self {
        Sql { sqlite: both, postgres: both }
    }
}

/// A `SELECT` that locks its rows on PostgreSQL. SQLite has no such clause and, with one writer at a time, no need.
macro_rules! for_update {
    ($sql:expr) => {
        $crate::db::Sql { sqlite: $sql, postgres: concat!($sql, " FOR UPDATE") }
    };
}
pub(crate) use for_update;

/// A value for a placeholder. No `Debug`: it may be a key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// Whether it is none.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Int(None) | Value::Text(None) | Value::Bytes(None))
    }

    /// How many bytes it takes, about.
    pub fn size(&self) -> usize {
        match self {
            Value::Int(_) => 8,
            Value::Text(text) => text.as_ref().map_or(0, String::len),
            Value::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
        }
    }
}

/// Runs a body that writes, as one transaction, again from the start when it lost against another one.
/// `transaction!(db, tx => { ... Ok(value) })`; the body returns `Result<_, StoreError>` and may use `?`. Of a batch:
/// `transaction!(db, begin_batch(Plans::Kept), tx => { ... })`.
macro_rules! transaction {
    ($db:expr, $tx:ident => $body:block) => { $crate::db::transaction!($db, begin(), $tx => $body) };
    ($db:expr, $begin:ident ($($how:expr)?), $tx:ident => $body:block) => {{
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut $tx = $db.$begin($($how)?).await?;
            let result: Result<_, $crate::StoreError> = async { $body }.await;
            let result = match result {
                Ok(value) => $tx.commit().await.map(|()| value),
                // It may not answer that either: it is rolled back, or its connection closed, while nobody waits.
                Err(error) if error.is_unavailable() => {
                    drop($tx);
                    Err(error)
                }
                Err(error) => $tx.rollback().await.and(Err(error)),
            };
            match result {
                Err(error) if error.is_transient() && attempt < $crate::db::ATTEMPTS => {
                    tracing::debug!(attempt, "a transaction lost against another and is run again");
                }
                result => break result,
            }
        }
    }};
}
pub(crate) use transaction;

/// Whether PostgreSQL plans a batch's statements for whatever values come, once for each connection, or for these alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plans {
    Kept,
    Anew,
}

/// The database's connections.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Begins a transaction that may write. Dropping it rolls back.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Tx::Postgres(patient(Lent::begin(pool, "BEGIN")).await?),
        })
    }

    /// Begins a transaction for a batch, whose statements each look for some rows by an index.
    pub async fn begin_batch(&self, plans: Plans) -> Result<Tx, StoreError> {
        let begin = match plans {
            Plans::Kept => BEGIN_BATCH,
            Plans::Anew => BEGIN_BATCH_ANEW,
        };
        match self {
            Db::Sqlite { .. } => self.begin().await,
            Db::Postgres(pool) => Ok(Tx::Postgres(patient(Lent::begin(pool, begin)).await?)),
        }
    }

    /// Begins a transaction that waits for nobody's lock for long.
    pub async fn begin_impatient(&self) -> Result<Tx, StoreError> {
        match self {
            Db::Sqlite { .. } => self.begin().await,
            Db::Postgres(pool) => Ok(Tx::Postgres(patient(Lent::begin(pool, BEGIN_IMPATIENT)).await?)),
        }
    }

    /// Reads outside a transaction.
    pub async fn fetch_all(&self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Db::Sqlite { read, .. } => rows(sqlite(sql.sqlite, values).fetch_all(read).await?, Row::Sqlite),
            Db::Postgres(pool) => {
                let mut lent = Lent::of(pool).await?;
                let found = patient(postgres(sql.postgres, values).fetch_all(&mut *lent)).await;
                rows(lent.back(found)?, Row::Postgres)
            }
        })
    }

    /// Reads at most one row outside a transaction.
    pub async fn fetch_optional(
        &self,
        sql: impl Into<Sql>,
        values: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Db::Sqlite { read, .. } => {
                sqlite(sql.sqlite, values).fetch_optional(read).await?.map(Row::Sqlite)
            }
            Db::Postgres(pool) => {
                let mut lent = Lent::of(pool).await?;
                let found = patient(postgres(sql.postgres, values).fetch_optional(&mut *lent)).await;
                lent.back(found)?.map(Row::Postgres)
            }
        })
    }

    /// Reads the row that must be there (an aggregate) outside a transaction.
    pub async fn fetch_one(&self, sql: impl Into<Sql>, values: &[Value]) -> Result<Row, StoreError> {
        self.fetch_optional(sql, values).await?.ok_or(StoreError::Corrupt("an aggregate"))
    }

    /// Connections that are open, and those of them that nobody uses.
    pub fn connections(&self) -> (u32, u32) {
        let idle = |idle: usize| u32::try_from(idle).unwrap_or(u32::MAX);
        match self {
            Db::Sqlite { read, write } => {
                (read.size() + write.size(), idle(read.num_idle() + write.num_idle()))
            }
            Db::Postgres(pool) => (pool.size(), idle(pool.num_idle())),
        }
    }

    /// Waits for connections in use and closes all.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

/// A transaction that may write.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Lent),
}

impl Tx {
    /// Runs a statement; returns how many rows it changed.
    pub async fn execute(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<u64, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Tx::Sqlite(tx) => sqlite(sql.sqlite, values).execute(&mut **tx).await?.rows_affected(),
            Tx::Postgres(tx) => {
                let done = patient(postgres(sql.postgres, values).execute(&mut **tx)).await;
                tx.heard(done)?.rows_affected()
            }
        })
    }

    /// Reads at most one row.
    pub async fn fetch_optional(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Tx::Sqlite(tx) => sqlite(sql.sqlite, values).fetch_optional(&mut **tx).await?.map(Row::Sqlite),
            Tx::Postgres(tx) => {
                let found = patient(postgres(sql.postgres, values).fetch_optional(&mut **tx)).await;
                tx.heard(found)?.map(Row::Postgres)
            }
        })
    }

    /// Reads rows.
    pub async fn fetch_all(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Tx::Sqlite(tx) => rows(sqlite(sql.sqlite, values).fetch_all(&mut **tx).await?, Row::Sqlite),
            Tx::Postgres(tx) => {
                let found = patient(postgres(sql.postgres, values).fetch_all(&mut **tx)).await;
                rows(tx.heard(found)?, Row::Postgres)
            }
        })
    }

    /// Reads the row that must be there (an aggregate, a `RETURNING`).
    pub async fn fetch_one(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Row, StoreError> {
        self.fetch_optional(sql, values).await?.ok_or(StoreError::Corrupt("an aggregate"))
    }

    /// Reads rows by a statement that was put together of names in the catalogue, never of values. It takes as long as it takes.
    pub async fn fetch_composed(&mut self, sql: String, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let query = AssertSqlSafe(sql);
        Ok(match self {
            Tx::Sqlite(tx) => {
                let query = values.iter().fold(sqlx::query(query), bind_sqlite);
                rows(query.fetch_all(&mut **tx).await?, Row::Sqlite)
            }
            Tx::Postgres(tx) => {
                let query = values.iter().fold(sqlx::query(query), bind_postgres);
                let found = query.fetch_all(&mut **tx).await;
                rows(tx.heard(found)?, Row::Postgres)
            }
        })
    }

    /// Runs several statements without values (migrations).
    pub async fn execute_script(&mut self, script: Sql) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => sqlx::raw_sql(script.sqlite).execute(&mut **tx).await.map(drop)?,
            Tx::Postgres(tx) => {
                let done = sqlx::raw_sql(script.postgres).execute(&mut **tx).await;
                tx.heard(done)?;
            }
        }
        Ok(())
    }

    /// Makes others that ask for the same lock wait until this transaction ends. SQLite has one writer at a time, who
    /// holds every lock already.
    pub async fn lock(&mut self, lock: Lock) -> Result<(), StoreError> {
        if let Tx::Postgres(tx) = self {
            let query = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock.number());
            let held = query.execute(&mut **tx);
            match lock {
                // What another node changes in the layout takes as long as it takes.
                Lock::Migrations => held.await?,
                _ => patient(held).await?,
            };
        }
        Ok(())
    }

    /// The same for what a hash names, for as long as it takes: two that write about one person follow each other.
    pub async fn lock_hash(&mut self, hash: &crate::Hash) -> Result<(), StoreError> {
        if let Tx::Postgres(tx) = self {
            let [first, second] = halves(hash);
            let sql = "SELECT pg_advisory_xact_lock($1, $2)";
            patient(sqlx::query(sql).bind(first).bind(second).execute(&mut **tx)).await?;
        }
        Ok(())
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => patient(tx.end("COMMIT")).await?,
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await?,
            Tx::Postgres(tx) => patient(tx.end("ROLLBACK")).await?,
        }
        Ok(())
    }
}

/// What is locked where there may be no row to lock. The numbers mark them as ours among other users of the server.
#[derive(Clone, Copy)]
pub(crate) enum Lock {
    Migrations,
    Guesses,
    Exports,
    Log,
    Audit,
    Vault,
    Merges,
    Texts,
    Days,
}

impl Lock {
    fn number(self) -> i64 {
        // "blue"
        (0x626c_7565_i64 << 16) + self as i64
    }
}

/// What is locked for a hash. Two numbers of 32 bits are never the one number of a [`Lock`].
pub(crate) fn halves(&[a, b, c, d, e, f, g, h, ..]: &crate::Hash) -> [i32; 2] {
    [[a, b, c, d], [e, f, g, h]].map(i32::from_be_bytes)
}

fn rows<R>(rows: Vec<R>, wrap: fn(R) -> Row) -> Vec<Row> {
    rows.into_iter().map(wrap).collect()
}

pub(crate) type SqliteQuery<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;
pub(crate) type PostgresQuery<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn sqlite<'q>(sql: &'static str, values: &'q [Value]) -> SqliteQuery<'q> {
    values.iter().fold(sqlx::query(sql), bind_sqlite)
}

fn postgres<'q>(sql: &'static str, values: &'q [Value]) -> PostgresQuery<'q> {
    values.iter().fold(sqlx::query(sql), bind_postgres)
}

pub(crate) fn bind_sqlite<'q>(query: SqliteQuery<'q>, value: &'q Value) -> SqliteQuery<'q> {
    match value {
        Value::Int(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.as_deref()),
        Value::Bytes(value) => query.bind(value.as_deref()),
    }
}

pub(crate) fn bind_postgres<'q>(query: PostgresQuery<'q>, value: &'q Value) -> PostgresQuery<'q> {
    match value {
        Value::Int(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.as_deref()),
        Value::Bytes(value) => query.bind(value.as_deref()),
    }
}

/// Waits for an answer, but not for ever.
pub(crate) async fn patient<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let late = || sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer in time"));
    tokio::time::timeout(LONGEST_STATEMENT, answer).await.unwrap_or_else(|_| Err(late()))
}
