//! Whether the database answers, and how busy its connections are.

use crate::Store;
use crate::db::{Db, Sql};
use crate::error::StoreError;
use crate::migrate;

/// A standby that was not promoted yet, or a database that was set to read only, answers but takes nothing. And the layout may
/// have been changed so that this program must not go on.
const FARES: Sql = Sql {
    sqlite: "SELECT 0 AS read_only, COALESCE(MAX(oldest), 0) AS oldest FROM layout",
    postgres: "SELECT CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' \
               THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS read_only, \
               COALESCE(MAX(oldest), 0) AS oldest FROM layout",
};

/// The database's own clock, epoch seconds.
const TIME: Sql = Sql {
    sqlite: "SELECT unixepoch() AS now",
    postgres: "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) AS now",
};

/// Settings of PostgreSQL without which an acknowledged change can be lost.
const CARELESS: &str = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') \
                        AND setting = 'off' ORDER BY name";

/// How the database fares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Health {
    /// It is not read only. (Of a full disk only writing itself tells.)
    pub writable: bool,
    /// Its layout takes newer programs only: this one must not go on.
    pub outgrown: bool,
    /// Connections that are open.
    pub connections: u32,
    /// Those of them that are in use.
    pub connections_in_use: u32,
    /// The most that there may be.
    pub connections_max: u32,
}

impl Store {
    /// Asks the database one small question.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let row = self.db.fetch_one(FARES, &[]).await?;
        let (writable, outgrown) = (row.int("read_only")? == 0, migrate::outgrown(row.int("oldest")?));
        let (connections, idle) = self.db.connections();
        let connections_max = match &self.db {
            Db::Sqlite { read, write } => {
                read.options().get_max_connections() + write.options().get_max_connections()
            }
            Db::Postgres(pool) => pool.options().get_max_connections(),
        };
        let connections_in_use = connections.saturating_sub(idle);
        Ok(Health { writable, outgrown, connections, connections_in_use, connections_max })
    }

    /// The time by the database's clock, which all servers share.
    pub async fn time(&self) -> Result<i64, StoreError> {
        self.db.fetch_one(TIME, &[]).await?.int("now")
    }

    /// Names of settings with which PostgreSQL acknowledges what a crash can undo. SQLite is opened with the right ones.
    pub async fn careless_settings(&self) -> Result<Vec<String>, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(Vec::new());
        }
        self.db.fetch_all(CARELESS, &[]).await?.iter().map(|row| row.text("name")).collect()
    }
}
