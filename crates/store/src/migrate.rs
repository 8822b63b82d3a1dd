//! The database's layout and its changes.
//!
//! Each change is a numbered script for each engine; scripts are added, never edited. Each runs in a transaction of its own, so
//! that a database is never half changed, and two programs that start together do it once.
//!
//! Others go on meanwhile: a script that does not get its locks at once is broken off before those behind it have waited long, and
//! tried again. What it changes of a table stays locked until it is done, so a script that reads a large table says so in the
//! changelog.
//!
//! A change only adds, in a way that the programs before it do not notice: they go on, and may be started again. What takes
//! something away (contracts) comes a version later, when no program that needs it is left, and says so itself:
//! `UPDATE layout SET oldest = 27` lets in programs that know layout 27, and refuses older ones.

use crate::db::{Db, Lock, Sql, transaction};
use crate::error::StoreError;
use crate::value::values;
use std::fmt;
use std::time::Duration;

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
    script!("0027_older_programs.sql"),
    script!("0028_moves.sql"),
    script!("0029_days_of_visits.sql"),
    script!("0031_agency_consents.sql"),
    script!("0032_call_basis.sql"),
    script!("0033_declarations.sql"),
    script!("0036_less_writing.sql"),
    script!("0037_cards_and_leaving.sql"),
    script!("0038_accounts_that_ended.sql"),
    script!("0039_days_of_declarations.sql"),
];

const LAYOUT: &str = "SELECT COALESCE(MAX(version), 0) AS version FROM layout";

/// Whatever layout is newer than this program's has the column.
const OLDEST: &str = "SELECT COALESCE(MAX(oldest), 0) AS oldest FROM layout";

pub(crate) const NO_LIMITS: Sql = Sql {
    sqlite: "SELECT 1",
    postgres: "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
               SET LOCAL idle_in_transaction_session_timeout = 0",
};
/// Whoever asks for a table after a script that waits for it, waits as well.
const IMPATIENT: Sql = Sql { sqlite: "SELECT 1", postgres: "SET LOCAL lock_timeout = '1s'" };
/// Before a script is tried again, and how often.
const PAUSE: Duration = Duration::from_secs(1);
const TRIES: u32 = 300;

/// The layout this program knows.
pub(crate) const KNOWN: i64 = SCRIPTS.len() as i64;

/// A database's layout, and the newest one that this program knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Of the database.
    pub found: i64,
    /// Of this program.
    pub known: i64,
}

impl Layout {
    /// Whether a newer program has changed the database.
    pub fn is_newer(&self) -> bool {
        self.found > self.known
    }

    /// Whether this program would change the database when it opens it.
    pub fn is_older(&self) -> bool {
        self.found < self.known
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Layout { found, known } = self;
        if self.is_newer() {
            write!(
                f,
                "layout {found}, of a newer program; this one, which knows layout {known}, may go on with it"
            )
        } else {
            write!(f, "layout {found}")
        }
    }
}

/// Brings the database to the layout of this program. One that is newer stays as it is, if it lets this program in.
pub(crate) async fn run(db: &Db) -> Result<(), StoreError> {
    run_to(db, KNOWN).await
}

/// The layout that the database has.
pub(crate) async fn layout(db: &Db) -> Result<Layout, StoreError> {
    Ok(Layout { found: db.fetch_one(LAYOUT, &[]).await?.int("version")?, known: KNOWN })
}

/// Whether a layout asks for newer programs than this one.
pub(crate) fn outgrown(oldest: i64) -> bool {
    oldest > KNOWN
}

pub(crate) async fn run_to(db: &Db, layout: i64) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        match step(db, layout).await {
            Ok(true) => return Ok(()),
            Ok(false) => tries = 0,
            Err(error) if error.is_locked() && tries < TRIES => {
                tries += 1;
                tracing::warn!("others have a table in use that is to be changed: it is tried again");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The next script, or of a new database, which nobody uses, all of them. Returns whether it was the last.
async fn step(db: &Db, layout: i64) -> Result<bool, StoreError> {
    transaction!(db, tx => {
        // An index over a nation's rows takes as long as it takes.
        tx.execute_script(NO_LIMITS).await?;
        tx.lock(Lock::Migrations).await?;
        tx.execute("CREATE TABLE IF NOT EXISTS layout (version BIGINT NOT NULL)", &[]).await?;
        let row = tx.fetch_one(LAYOUT, &[]).await?;
        let found = row.int("version")?;
        if found > KNOWN {
            let oldest = tx.fetch_one(OLDEST, &[]).await?.int("oldest")?;
            return if outgrown(oldest) { Err(StoreError::Newer { found, oldest, known: KNOWN }) } else { Ok(true) };
        }
        tx.execute_script(IMPATIENT).await?;
        let last = if found == 0 { layout } else { layout.min(found + 1) };
        for (script, version) in SCRIPTS.iter().copied().zip(1_i64..).filter(|(_, version)| (found + 1..=last).contains(version)) {
            tx.execute_script(script).await?;
            tx.execute("INSERT INTO layout (version) VALUES ($1)", values![version]).await?;
            tracing::info!(version, "the database has a new layout");
        }
        Ok(last >= layout)
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

    /// As beside a `pg_dump`, which has every table in use for as long as it takes.
    #[tokio::test]
    async fn a_change_that_waits_for_others_lets_everybody_else_go_on() {
        let database = empty_postgres().await;
        let store = Store::connect(&database.url).await.unwrap();
        let db = &store.db;
        let days =
            1 + SCRIPTS.iter().position(|script| script.postgres.contains("visits_before")).unwrap() as i64;
        run_to(db, days - 1).await.unwrap();
        let mut dump = db.begin().await.unwrap();
        dump.fetch_all("SELECT id FROM visits", &[]).await.unwrap();
        let change = run_to(db, KNOWN);
        let others = async {
            let waits = "SELECT COUNT(*) AS there FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
             WHERE d.datname = current_database() AND NOT granted AND mode = 'AccessExclusiveLock'";
            while db.fetch_one(waits, &[]).await.unwrap().int("there").unwrap() == 0 {
                tokio::task::yield_now().await;
            }
            // Behind the one that waits.
            db.fetch_all("SELECT id FROM visits", &[]).await.unwrap();
            assert_eq!(layout(db).await.unwrap().found, days - 1, "it was broken off");
            dump.rollback().await.unwrap();
        };
        tokio::join!(async { change.await.unwrap() }, others);
        assert_eq!(layout(db).await.unwrap().found, KNOWN);
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
