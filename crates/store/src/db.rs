//! One way to run SQL on SQLite and on PostgreSQL.
//!
//! The same SQL text runs on both (`$1` works on both); where the engines differ, [`Sql`] holds both texts. Every write
//! goes through [`transaction!`], which on SQLite begins with `BEGIN IMMEDIATE`: a deferred transaction that reads before
//! it writes fails under load instead of waiting.
//!
//! On PostgreSQL transactions run at READ COMMITTED: what one decides on, it locks (`FOR UPDATE`, or an advisory lock
//! where there may be no row yet), and unique constraints decide races of inserts.

use crate::error::StoreError;
use crate::value::Row;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a writer of SQLite waits for another process's transaction, and anybody for a free connection.
const PATIENCE: Duration = Duration::from_secs(15);

/// SQLite has one writer at a time anyway: waiting for the pool's only connection is fair and costs no polling.
const SQLITE_READERS: u32 = 4;

const POSTGRES_CONNECTIONS: u32 = 16;
/// A connection that nobody used for so long is asked whether it still works; one that needs longer for its answer does not.
const UNUSED: Duration = Duration::from_secs(2);
/// PostgreSQL gives up a statement after so long, and so does this side soon after: of a connection whose other end is gone
/// without a word, no answer ever comes.
const LONGEST_STATEMENT: Duration = Duration::from_secs(30);
/// What every session of PostgreSQL is told. A transaction whose server died with it lets its locks go.
const POSTGRES_LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "25s"), ("lock_timeout", "20s"), ("idle_in_transaction_session_timeout", "60s")];

/// How often a transaction that lost against another is run.
pub(crate) const ATTEMPTS: u32 = 8;

/// Rows that one statement inserts or reads by name, see [`Tx::insert_rows`] and [`Db::fetch_in`].
const ROWS_AT_ONCE: usize = 100;

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
#[derive(Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// Runs a body that writes, as one transaction, again from the start when it lost against another one.
/// `transaction!(db, tx => { ... Ok(value) })`; the body returns `Result<_, StoreError>` and may use `?`.
macro_rules! transaction {
    ($db:expr, $tx:ident => $body:block) => {{
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut $tx = $db.begin().await?;
            let result: Result<_, $crate::StoreError> = async { $body }.await;
            let result = match result {
                Ok(value) => $tx.commit().await.map(|()| value),
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

/// The database's connections.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// `sqlite:PATH` (made if it does not exist) or `postgres://…`.
    pub async fn open(url: &str) -> Result<Db, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(StoreError::Address);
            }
            return Db::open_sqlite(Path::new(path)).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // The parse error would quote the address, which may hold a password.
            let options: sqlx::postgres::PgConnectOptions = url.parse().map_err(|_| StoreError::Address)?;
            return Ok(Db::Postgres(postgres_pool().connect_with(options.options(POSTGRES_LIMITS)).await?));
        }
        Err(StoreError::Address)
    }

    async fn open_sqlite(path: &Path) -> Result<Db, StoreError> {
        create_private(path).map_err(|source| StoreError::File { path: PathBuf::from(path), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // An answer is given only after the disk has it.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let write = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let write = sqlite_pool(write, options.clone()).await?;
        let read = SqlitePoolOptions::new().max_connections(SQLITE_READERS).acquire_timeout(PATIENCE);
        let read = sqlite_pool(read, options.pragma("query_only", "1")).await?;
        Ok(Db::Sqlite { read, write })
    }

    /// Begins a transaction that may write. Dropping it rolls back.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Tx::Postgres(patient(pool.begin_with("BEGIN")).await?),
        })
    }

    /// Reads outside a transaction.
    pub async fn fetch_all(&self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Db::Sqlite { read, .. } => rows(sqlite(sql.sqlite, values).fetch_all(read).await?, Row::Sqlite),
            Db::Postgres(pool) => {
                rows(patient(postgres(sql.postgres, values).fetch_all(pool)).await?, Row::Postgres)
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
                patient(postgres(sql.postgres, values).fetch_optional(pool)).await?.map(Row::Postgres)
            }
        })
    }

    /// Reads the rows that a list of values names, in no order. `select` is everything before the list in brackets.
    pub async fn fetch_in(&self, select: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::with_capacity(values.len());
        for chunk in values.chunks(ROWS_AT_ONCE) {
            // Only placeholders are put together here, never a value.
            let sql = || AssertSqlSafe(format!("{select} {}", placeholders(0, chunk.len())));
            match self {
                Db::Sqlite { read, .. } => {
                    let query = chunk.iter().fold(sqlx::query(sql()), bind_sqlite);
                    found.extend(query.fetch_all(read).await?.into_iter().map(Row::Sqlite));
                }
                Db::Postgres(pool) => {
                    let query = chunk.iter().fold(sqlx::query(sql()), bind_postgres);
                    found.extend(patient(query.fetch_all(pool)).await?.into_iter().map(Row::Postgres));
                }
            }
        }
        Ok(found)
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
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement; returns how many rows it changed.
    pub async fn execute(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<u64, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Tx::Sqlite(tx) => sqlite(sql.sqlite, values).execute(&mut **tx).await?.rows_affected(),
            Tx::Postgres(tx) => {
                patient(postgres(sql.postgres, values).execute(&mut **tx)).await?.rows_affected()
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
                patient(postgres(sql.postgres, values).fetch_optional(&mut **tx)).await?.map(Row::Postgres)
            }
        })
    }

    /// Reads rows.
    pub async fn fetch_all(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Tx::Sqlite(tx) => rows(sqlite(sql.sqlite, values).fetch_all(&mut **tx).await?, Row::Sqlite),
            Tx::Postgres(tx) => {
                rows(patient(postgres(sql.postgres, values).fetch_all(&mut **tx)).await?, Row::Postgres)
            }
        })
    }

    /// Reads the row that must be there (an aggregate, a `RETURNING`).
    pub async fn fetch_one(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Row, StoreError> {
        self.fetch_optional(sql, values).await?.ok_or(StoreError::Corrupt("an aggregate"))
    }

    /// Inserts many rows with few statements: on PostgreSQL each statement is a round trip. `insert` is everything before
    /// `VALUES`; every row has `columns` values.
    pub async fn insert_rows(
        &mut self,
        insert: &'static str,
        columns: usize,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            // Only placeholders are put together here, never a value.
            let sql = || AssertSqlSafe(values_clause(insert, columns, chunk.len()));
            let values = chunk.iter().flatten();
            match self {
                Tx::Sqlite(tx) => {
                    values.fold(sqlx::query(sql()), bind_sqlite).execute(&mut **tx).await?;
                }
                Tx::Postgres(tx) => {
                    let query = values.fold(sqlx::query(sql()), bind_postgres);
                    patient(query.execute(&mut **tx)).await?;
                }
            }
        }
        Ok(())
    }

    /// Runs several statements without values (migrations).
    pub async fn execute_script(&mut self, script: Sql) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => sqlx::raw_sql(script.sqlite).execute(&mut **tx).await.map(drop)?,
            Tx::Postgres(tx) => sqlx::raw_sql(script.postgres).execute(&mut **tx).await.map(drop)?,
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
            let [a, b, c, d, e, f, g, h, ..] = *hash;
            let halves = [[a, b, c, d], [e, f, g, h]].map(i32::from_be_bytes);
            // Two numbers of 32 bits are never the one number of a `Lock`.
            let sql = "SELECT pg_advisory_xact_lock($1, $2)";
            patient(sqlx::query(sql).bind(halves[0]).bind(halves[1]).execute(&mut **tx)).await?;
        }
        Ok(())
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => patient(tx.commit()).await?,
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await?,
            Tx::Postgres(tx) => patient(tx.rollback()).await?,
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
}

impl Lock {
    fn number(self) -> i64 {
        // "blue"
        (0x626c_7565_i64 << 16) + self as i64
    }
}

fn rows<R>(rows: Vec<R>, wrap: fn(R) -> Row) -> Vec<Row> {
    rows.into_iter().map(wrap).collect()
}

type SqliteQuery<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn sqlite<'q>(sql: &'static str, values: &'q [Value]) -> SqliteQuery<'q> {
    values.iter().fold(sqlx::query(sql), bind_sqlite)
}

fn postgres<'q>(sql: &'static str, values: &'q [Value]) -> PostgresQuery<'q> {
    values.iter().fold(sqlx::query(sql), bind_postgres)
}

fn bind_sqlite<'q>(query: SqliteQuery<'q>, value: &'q Value) -> SqliteQuery<'q> {
    match value {
        Value::Int(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.as_deref()),
        Value::Bytes(value) => query.bind(value.as_deref()),
    }
}

fn bind_postgres<'q>(query: PostgresQuery<'q>, value: &'q Value) -> PostgresQuery<'q> {
    match value {
        Value::Int(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.as_deref()),
        Value::Bytes(value) => query.bind(value.as_deref()),
    }
}

/// `($3,$4)` for two values after the first two.
fn placeholders(before: usize, count: usize) -> String {
    let numbers: Vec<String> = (1..=count).map(|number| format!("${}", before + number)).collect();
    format!("({})", numbers.join(","))
}

fn values_clause(insert: &str, columns: usize, rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|row| placeholders(row * columns, columns)).collect();
    format!("{insert} VALUES {}", rows.join(","))
}

async fn patient<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let late = || sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer in time"));
    tokio::time::timeout(LONGEST_STATEMENT, answer).await.unwrap_or_else(|_| Err(late()))
}

/// A question before every use would cost a round trip each; so after a restart of the database each old connection fails
/// once, and is dropped.
fn postgres_pool() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(
                async move { if about.idle_for < UNUSED { Ok(true) } else { answers(connection).await } },
            )
        })
        // The pool itself would wait for ever for the answer of a connection that was given up.
        .after_release(|connection, _| Box::pin(answers(connection)))
}

async fn answers(connection: &mut sqlx::PgConnection) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(UNUSED, sqlx::Connection::ping(connection)).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Connects. A file that several open for the first time at once is turned to write-ahead logging by one of them; the
/// others are refused as busy without having waited (SQLite does not let a reader wait to become the writer), so they
/// come again.
async fn sqlite_pool(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, StoreError> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if waited < PATIENCE && is_busy(&error) => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            result => return Ok(result?),
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "5")
}

/// The file holds what nobody else on the machine should read. SQLite gives its side files the same rights.
#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().append(true).create(true).open(path).map(drop)
}
