//! The database's layout and its changes.
//!
//! Each change is a numbered script for each engine; scripts are added, never edited. All that are missing run in one
//! transaction, so that a database is never half changed, and two programs that start together do it once.

use crate::db::{Db, Lock, Sql, transaction};
use crate::error::StoreError;
use crate::value::values;

macro_rules! script {
    ($name:literal) => {
        Sql {
            sqlite: include_str!(concat!("../migrations/sqlite/", $name)),
            postgres: include_str!(concat!("../migrations/postgres/", $name)),
        }
    };
}

/// The scripts in order; the first makes layout 1.
const SCRIPTS: [Sql; 6] = [
    script!("0001_first.sql"),
    script!("0002_master_key.sql"),
    script!("0003_padding_is_not_stored.sql"),
    script!("0004_folded_references.sql"),
    script!("0005_cases_end.sql"),
    script!("0007_registry.sql"),
];

/// The layout this program knows.
const KNOWN: i64 = SCRIPTS.len() as i64;

/// Brings the database to the layout of this program; refuses one of a newer program.
pub(crate) async fn run(db: &Db) -> Result<(), StoreError> {
    transaction!(db, tx => {
        tx.lock(Lock::Migrations).await?;
        tx.execute("CREATE TABLE IF NOT EXISTS layout (version BIGINT NOT NULL)", &[]).await?;
        let row = tx.fetch_one("SELECT COALESCE(MAX(version), 0) AS version FROM layout", &[]).await?;
        let found = row.int("version")?;
        if found > KNOWN {
            return Err(StoreError::Newer { found, known: KNOWN });
        }
        for (script, version) in SCRIPTS.into_iter().zip(1_i64..).filter(|(_, version)| *version > found) {
            tx.execute_script(script).await?;
            tx.execute("INSERT INTO layout (version) VALUES ($1)", values![version]).await?;
            tracing::info!(version, "the database has a new layout");
        }
        Ok(())
    })
}
