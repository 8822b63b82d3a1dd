//! The tables, and how older files get them.

use super::{damaged, explain};
use bluezone_device::StorageError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// Marks the file as a contact log: "BZcl".
const APPLICATION_ID: i32 = 0x425A_636C;

/// One step a version; never changed once released, only added to. The file's `user_version` counts the steps done.
const STEPS: [&str; 5] = [
    "
    CREATE TABLE own_keys (
        rolling_start  INTEGER PRIMARY KEY,
        key            BLOB    NOT NULL CHECK (length(key) = 16),
        rolling_period INTEGER NOT NULL,
        sent_until     INTEGER NOT NULL,
        shared         INTEGER NOT NULL
    ) STRICT;

    -- Identifiers without metadata: 16 bytes of the default scheme, 12 of the original.
    CREATE TABLE identifiers (
        id    INTEGER PRIMARY KEY,
        bytes BLOB    NOT NULL UNIQUE CHECK (length(bytes) IN (12, 16))
    ) STRICT;

    CREATE TABLE sightings (
        identifier    INTEGER NOT NULL REFERENCES identifiers (id),
        time          INTEGER NOT NULL,
        gap           INTEGER NOT NULL,
        aem           BLOB    CHECK (aem IS NULL OR length(aem) = 4),
        mean_dbm      INTEGER,
        strongest_dbm INTEGER,
        packets       INTEGER,
        PRIMARY KEY (identifier, time)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sightings_by_time ON sightings (time);

    CREATE TABLE matches (
        key               BLOB    PRIMARY KEY CHECK (length(key) = 16),
        rolling_start     INTEGER NOT NULL,
        rolling_period    INTEGER NOT NULL,
        ends              INTEGER NOT NULL,
        transmission_risk INTEGER NOT NULL,
        report_type       INTEGER NOT NULL,
        days_since_onset  INTEGER,
        revised           INTEGER NOT NULL,
        found             INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE processed (
        name TEXT    PRIMARY KEY,
        at   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE documents (
        name TEXT PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE sightings ADD COLUMN tx_power_dbm INTEGER;
    -- A copy of what the matches say.
    DELETE FROM documents WHERE name = 'warning';
",
    "
    -- 1: the key came in the contacts' export.
    ALTER TABLE matches ADD COLUMN of_contact INTEGER NOT NULL DEFAULT 0;
",
    "
    CREATE TABLE visits (
        began   INTEGER PRIMARY KEY,
        ends    INTEGER NOT NULL,
        ending  TEXT    NOT NULL,
        code    TEXT    NOT NULL,
        key     BLOB    NOT NULL CHECK (length(key) = 32),
        name    TEXT    NOT NULL,
        vehicle INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE place_matches (
        file_start INTEGER NOT NULL,
        file_end   INTEGER NOT NULL,
        visit      INTEGER NOT NULL REFERENCES visits (began) ON DELETE CASCADE,
        starts     INTEGER NOT NULL,
        ends       INTEGER NOT NULL,
        margin     INTEGER NOT NULL,
        vehicle    INTEGER NOT NULL,
        disease    INTEGER NOT NULL,
        found      INTEGER NOT NULL,
        PRIMARY KEY (visit, starts, ends, file_start, file_end)
    ) STRICT, WITHOUT ROWID;
",
    // 0: the warning does not say how long people usually stay there.
    "ALTER TABLE place_matches ADD COLUMN dwell INTEGER NOT NULL DEFAULT 0;",
];

/// Does the steps that the file has not had; each is done whole or not at all.
pub(super) fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), StorageError> {
    let failed = |error: rusqlite::Error| explain(path, &error);
    let number = |connection: &Connection, pragma: &str| {
        connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0))
    };
    let tables = "SELECT count(*) FROM sqlite_schema";
    let empty = connection.query_row(tables, [], |row| row.get::<_, i64>(0)).map_err(failed)? == 0;
    if !empty && number(connection, "application_id").map_err(failed)? != APPLICATION_ID {
        return Err(damaged(path, "it is a file of another program"));
    }
    let version = number(connection, "user_version").map_err(failed)?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(missing) = STEPS.get(done..) else {
        return Err(StorageError::Failed(format!(
            "{} was written by a newer version of bluezone (schema {version}); use that version",
            path.display()
        )));
    };
    for (step, version) in missing.iter().zip(version + 1..) {
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        transaction
            .execute_batch(step)
            .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION_ID))
            .and_then(|()| transaction.pragma_update(None, "user_version", version))
            .and_then(|()| transaction.commit())
            .map_err(failed)?;
    }
    Ok(())
}
