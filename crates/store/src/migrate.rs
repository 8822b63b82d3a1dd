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
const SCRIPTS: &[Sql] = &[
    script!("0001_first.sql"),
    script!("0002_master_key.sql"),
    script!("0003_padding_is_not_stored.sql"),
    script!("0004_folded_references.sql"),
    script!("0005_cases_end.sql"),
    script!("0006_access.sql"),
    script!("0007_registry.sql"),
    script!("0008_contacts.sql"),
    script!("0009_zones.sql"),
    script!("0010_promise.sql"),
    script!("0011_contact_level.sql"),
    script!("0012_evidence_of_uploads.sql"),
    script!("0013_worklist.sql"),
    script!("0014_citizens.sql"),
    script!("0015_places.sql"),
    script!("0016_place_warnings.sql"),
    script!("0017_rights.sql"),
    script!("0018_agencies.sql"),
    script!("0021_case_looks.sql"),
    script!("0022_populations.sql"),
    script!("0023_outbreak_plans.sql"),
    script!("0019_guesses_and_invitations.sql"),
    script!("0025_refusals.sql"),
    script!("0030_log_ended.sql"),
    script!("0026_outbreak_plans_by_place.sql"),
];

const LAYOUT: &str = "SELECT COALESCE(MAX(version), 0) AS version FROM layout";

const NO_LIMITS: Sql =
    Sql { sqlite: "SELECT 1", postgres: "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0" };

/// The layout this program knows.
const KNOWN: i64 = SCRIPTS.len() as i64;

/// Brings the database to the layout of this program; refuses one of a newer program.
pub(crate) async fn run(db: &Db) -> Result<(), StoreError> {
    run_to(db, KNOWN).await
}

/// The layout that the database has.
pub(crate) async fn layout(db: &Db) -> Result<i64, StoreError> {
    db.fetch_one(LAYOUT, &[]).await?.int("version")
}

async fn run_to(db: &Db, layout: i64) -> Result<(), StoreError> {
    transaction!(db, tx => {
        // An index over a nation's rows takes as long as it takes.
        tx.execute_script(NO_LIMITS).await?;
        tx.lock(Lock::Migrations).await?;
        tx.execute("CREATE TABLE IF NOT EXISTS layout (version BIGINT NOT NULL)", &[]).await?;
        let row = tx.fetch_one(LAYOUT, &[]).await?;
        let found = row.int("version")?;
        if found > KNOWN {
            return Err(StoreError::Newer { found, known: KNOWN });
        }
        let missing = |version: &i64| (found + 1..=layout).contains(version);
        for (script, version) in SCRIPTS.iter().copied().zip(1_i64..).filter(|(_, version)| missing(version)) {
            tx.execute_script(script).await?;
            tx.execute("INSERT INTO layout (version) VALUES ($1)", values![version]).await?;
            tracing::info!(version, "the database has a new layout");
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::testing::{TestDatabase, empty_postgres, sqlite};
    use bluezone_domain::area::Territory;
    use bluezone_domain::officer::Role;

    async fn accounts_of_layout_5(db: &Db) -> Result<(), StoreError> {
        let insert = "INSERT INTO officers (id, username, role, unit, password_hash, totp_secret_sealed, \
                      totp_last_step, failures, created_at) VALUES ($1, $2, $3, 'Phường 1', '', $4, 0, 0, 7)";
        let (one, two) = ("11111111111111111111111111111111", "22222222222222222222222222222222");
        let secret: &[u8] = &[1];
        transaction!(db, tx => {
            tx.execute(insert, values![one, "lan", "health_officer", secret]).await?;
            tx.execute(insert, values![two, "admin", "administrator", secret]).await?;
            Ok(())
        })
    }

    /// Layout 6: whoever traced contacts still does, of no more cases than before.
    async fn officers_from_before_there_were_units(database: TestDatabase) {
        let store = Store::connect(&database.url).await.unwrap();
        let db = &store.db;
        run_to(db, 5).await.unwrap();
        accounts_of_layout_5(db).await.unwrap();
        run(db).await.unwrap();
        let lan = store.officer_by_username("lan").await.unwrap().unwrap();
        assert_eq!((lan.role, lan.territory), (Role::ProvincialCdc, Territory::Nowhere));
        let admin = store.officer_by_username("admin").await.unwrap().unwrap();
        assert_eq!((admin.role, admin.unit.as_str()), (Role::Administrator, "Phường 1"));
        assert_eq!(store.list_units().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn officers_from_before_there_were_units_on_sqlite() {
        officers_from_before_there_were_units(sqlite().await).await;
    }

    #[tokio::test]
    async fn officers_from_before_there_were_units_on_postgres() {
        officers_from_before_there_were_units(empty_postgres().await).await;
    }
}
