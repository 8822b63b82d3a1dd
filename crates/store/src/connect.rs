//! Opening the connections.

use crate::db::Db;
use crate::error::StoreError;
use sqlx::SqlitePool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a writer of SQLite waits for another process's transaction, and anybody for a free connection.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long whoever wants a file alone waits for those who have it open.
const ALONE: Duration = Duration::from_secs(1);

/// SQLite has one writer at a time anyway: waiting for the pool's only connection is fair and costs no polling.
const SQLITE_READERS: u32 = 4;

const POSTGRES_CONNECTIONS: u32 = 16;
/// A connection that nobody used for so long is asked whether it still works; one that needs longer for its answer does not, nor
/// does one that was left in the middle ([`crate::lent`]).
pub(crate) const UNUSED: Duration = Duration::from_secs(2);
/// What every session of PostgreSQL is told. A transaction whose server died with it lets its locks go.
const POSTGRES_LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "25s"), ("lock_timeout", "20s"), ("idle_in_transaction_session_timeout", "60s")];

/// The file that an address names.
pub(crate) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty() && !path.starts_with(":memory:")).then_some(path)
}

impl Db {
    /// `sqlite:PATH` (made if it does not exist) or `postgres://…`.
    pub async fn open(url: &str) -> Result<Db, StoreError> {
        if let Some(path) = sqlite_path(url) {
            return Db::open_sqlite(Path::new(path)).await;
        }
        let options = postgres_options(url)?;
        let pool = of_the_primary(postgres_pool(), &options).connect_with(options.clone());
        Ok(Db::Postgres(pool.await.map_err(|error| why(error, &options))?))
    }

    /// The same for who changes nothing: `postgres://…` may be a standby's.
    pub async fn open_to_read(url: &str) -> Result<Db, StoreError> {
        match sqlite_path(url) {
            Some(_) => Db::open(url).await,
            None => Ok(Db::Postgres(postgres_pool().connect_with(postgres_options(url)?).await?)),
        }
    }

    /// `postgres://…` of a standby, connected when it is first asked, which then waits no longer than this.
    pub fn open_standby(url: &str, patience: Duration) -> Result<Db, StoreError> {
        let pool = postgres_pool().acquire_timeout(patience);
        Ok(Db::Postgres(pool.connect_lazy_with(postgres_options(url)?)))
    }

    async fn open_sqlite(path: &Path) -> Result<Db, StoreError> {
        create_private(path).map_err(|source| StoreError::File { path: PathBuf::from(path), source })?;
        let options = sqlite_options(path);
        let write = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let write = sqlite_pool(nothing_open(write), options.clone()).await?;
        let read = SqlitePoolOptions::new().max_connections(SQLITE_READERS).acquire_timeout(PATIENCE);
        let read = sqlite_pool(read, options.pragma("query_only", "1")).await?;
        Ok(Db::Sqlite { read, write })
    }

    /// Opens a SQLite file that is there for nobody else but this: with one connection, for as long as it lasts.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if any other process has it open.
    pub async fn open_alone(path: &Path) -> Result<Db, StoreError> {
        let options = sqlite_options(path)
            .locking_mode(SqliteLockingMode::Exclusive)
            .create_if_missing(false)
            .busy_timeout(ALONE);
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        match pool.connect_with(options).await {
            Ok(pool) => Ok(Db::Sqlite { read: pool.clone(), write: pool }),
            Err(error) if is_busy(&error) => Err(StoreError::InUse),
            Err(error) => Err(error.into()),
        }
    }
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, StoreError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(StoreError::Address);
    }
    // The parse error would quote the address, which may hold a password.
    let options: PgConnectOptions = url.parse().map_err(|_| StoreError::Address)?;
    Ok(options.options(POSTGRES_LIMITS))
}

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // An answer is given only after the disk has it.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
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
}

/// An address that leads to a standby - it is not promoted yet, or the old primary came back as one - is tried again: kept, such a
/// connection would refuse every change for as long as it lasts. Asked once, when it is made.
fn of_the_primary(pool: PgPoolOptions, options: &PgConnectOptions) -> PgPoolOptions {
    let of = address(options);
    pool.after_connect(move |connection, _| {
        let of = of.clone();
        Box::pin(async move {
            let ask = sqlx::query_scalar::<_, bool>("SELECT pg_is_in_recovery()");
            let standby = ask.fetch_one(connection).await?;
            let mut standbys = STANDBYS.lock().unwrap_or_else(PoisonError::into_inner);
            if !standby {
                standbys.remove(&of);
                return Ok(());
            }
            standbys.insert(of);
            Err(sqlx::Error::Protocol(STANDBY.to_owned()))
        })
    })
}

const STANDBY: &str = "the database is a standby, which takes no changes: waiting for the primary";
/// The addresses that led to one when they were last tried.
static STANDBYS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn address(options: &PgConnectOptions) -> String {
    let (host, socket) = (options.get_host(), options.get_socket());
    format!("{host} {socket:?} {} {:?}", options.get_port(), options.get_database())
}

/// Why there is no connection: the pool only says that there was none in time.
pub(crate) fn why(error: sqlx::Error, options: &PgConnectOptions) -> sqlx::Error {
    let is_standby = || STANDBYS.lock().unwrap_or_else(PoisonError::into_inner).contains(&address(options));
    match error {
        sqlx::Error::PoolTimedOut if is_standby() => {
            sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, STANDBY))
        }
        error => error,
    }
}

async fn answers(connection: &mut sqlx::PgConnection) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(UNUSED, sqlx::Connection::ping(connection)).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Of a transaction that SQLite took back by itself, as on a full disk, the driver goes on thinking that it is open: it would begin
/// none on that connection any more, also when there is room again.
fn nothing_open(pool: SqlitePoolOptions) -> SqlitePoolOptions {
    pool.before_acquire(|connection, _| {
        let open = sqlx::Connection::is_in_transaction(connection);
        Box::pin(async move { Ok(!open) })
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::postgres;

    /// What every session of a standby answers, of a database that is none.
    const AS_A_STANDBY: &str = "CREATE SCHEMA standby; \
         CREATE FUNCTION standby.pg_is_in_recovery() RETURNS BOOLEAN LANGUAGE sql AS 'SELECT TRUE'; \
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = standby, pg_catalog, public', \
         current_database()); END $$";

    #[tokio::test]
    async fn who_changes_nothing_may_read_a_standby_and_others_are_told_what_it_is() {
        let database = postgres().await;
        let store = database.open().await;
        let mut tx = store.db.begin().await.unwrap();
        tx.execute_script(AS_A_STANDBY.into()).await.unwrap();
        tx.commit().await.unwrap();

        let reading = crate::Store::connect_to_read(&database.url).await.unwrap();
        assert!(!reading.health().await.unwrap().writable);
        let options = postgres_options(&database.url).unwrap();
        let pool = postgres_pool().acquire_timeout(Duration::from_secs(1));
        let changing = Db::Postgres(of_the_primary(pool, &options).connect_lazy_with(options));
        let refused = changing.begin().await.map(drop).unwrap_err();
        assert!(refused.is_unavailable() && refused.to_string().contains(STANDBY), "{refused}");
    }
}
