//! The vault's data keys in the database: loaded, made, replaced.

use crate::Store;
use crate::db::{Lock, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring, Vault};
use bluezone_domain::Timestamp;
use rand::Rng;
use std::borrow::Borrow;
use std::sync::Arc;

/// Rows that one step seals again, in one transaction.
const ROWS_A_STEP: u32 = 500;

/// How far a replacement of the key has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resealed {
    /// Rows that this step sealed again.
    pub rows: u64,
    /// Whether nothing is left under an older key, and those are dropped.
    pub done: bool,
}

/// A table with a sealed column. Its rows have an `id` and name their key in `vault_key`; `at` tells which of its days a row is in.
struct SealedTable {
    table: &'static str,
    column: &'static str,
    old: &'static str,
    put: &'static str,
}

macro_rules! sealed_table {
    ($table:literal, $column:literal) => {
        sealed_table!($table, $column, "CAST(0 AS BIGINT)")
    };
    ($table:literal, $column:literal, $at:literal) => {
        SealedTable {
            table: $table,
            column: $column,
            old: concat!(
                "SELECT id, vault_key, ",
                $column,
                " AS sealed, ",
                $at,
                " AS at FROM ",
                $table,
                " WHERE vault_key < $1 LIMIT $2"
            ),
            // A row that somebody else changed meanwhile is under the new key, or is found by the next step.
            put: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $3, vault_key = $4 WHERE id = $1 AND vault_key = $2 AND ",
                $column,
                " = $5 AND ",
                $at,
                " = $6"
            ),
        }
    };
}

/// Every sealed column. A test finds those that are missing here.
const TABLES: [SealedTable; 26] = [
    sealed_table!("persons", "identity"),
    sealed_table!("person_changes", "before"),
    sealed_table!("epi_points", "details"),
    sealed_table!("line_list_uploads", "content"),
    sealed_table!("contact_changes", "reason"),
    sealed_table!("contact_evidence", "details"),
    sealed_table!("place_warnings", "ground"),
    sealed_table!("signals", "content"),
    sealed_table!("signal_photos", "photo"),
    sealed_table!("signal_changes", "words"),
    sealed_table!("data_looks", "reason"),
    sealed_table!("case_looks", "reason"),
    sealed_table!("data_requests", "words"),
    sealed_table!("breaches", "facts"),
    sealed_table!("breach_people", "person"),
    sealed_table!("citizens", "phone"),
    sealed_table!("profiles", "person"),
    sealed_table!("messages", "content"),
    sealed_table!("agencies", "name"),
    sealed_table!("agency_staff", "person"),
    sealed_table!("places", "details"),
    sealed_table!("place_delegates", "phone"),
    sealed_table!("visits", "details", "entered_at"),
    sealed_table!("declarations", "content", "received_at"),
    sealed_table!("declaration_files", "content"),
    sealed_table!("waiting_declarations", "content"),
];

#[cfg(test)]
pub(crate) fn put_of(table: &str) -> &'static str {
    TABLES.iter().find(|of| of.table == table).expect("a sealed table").put
}

const KEYS: &str = "SELECT number, wrapped FROM vault_keys ORDER BY number";

impl Store {
    pub(crate) fn vault(&self) -> Result<&Vault, StoreError> {
        self.vault.as_deref().ok_or(StoreError::Locked)
    }

    /// The keys as this server knows them; asked of the database the first time.
    pub(crate) async fn ring(&self) -> Result<Arc<Ring>, StoreError> {
        let ring = self.vault()?.ring();
        if ring.newest().is_some() { Ok(ring) } else { self.reload_ring().await }
    }

    /// The keys, with those that these rows are sealed with: another server may have made one meanwhile.
    pub(crate) async fn ring_for(&self, rows: &[impl Borrow<Row>]) -> Result<Arc<Ring>, StoreError> {
        let ring = self.ring().await?;
        for row in rows {
            if let Some(key) = row.borrow().opt_int("vault_key")?
                && !ring.knows(key)
            {
                return self.reload_ring().await;
            }
        }
        Ok(ring)
    }

    pub(crate) async fn reload_ring(&self) -> Result<Arc<Ring>, StoreError> {
        let vault = self.vault()?;
        let rows = self.db.fetch_all(KEYS, &[]).await?;
        let wrapped: Result<Vec<_>, StoreError> =
            rows.iter().map(|row| Ok((row.int("number")?, row.bytes("wrapped")?))).collect();
        vault.refill(&wrapped?)
    }

    /// Makes the first data key, unless there is one.
    pub async fn ensure_vault_key(
        &self,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        if self.reload_ring().await?.newest().is_none() {
            let key = self.vault()?.new_key(1, rng);
            transaction!(self.db, tx => {
                let insert = "INSERT INTO vault_keys (number, wrapped, created_at) VALUES (1, $1, $2) \
                              ON CONFLICT (number) DO NOTHING";
                tx.execute(insert, values![key.as_slice(), now]).await
            })?;
            self.reload_ring().await?;
        }
        Ok(())
    }

    /// Begins to replace the data key: makes a new one, unless an earlier replacement is not at its end. Everything written
    /// from now on is sealed with the new key; [`Store::reseal_step`] brings the rest after.
    ///
    /// Returns the number of the new key.
    pub async fn begin_vault_rotation(
        &self,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<i64, StoreError> {
        let vault = self.vault()?;
        let newest = transaction!(self.db, tx => {
            tx.lock(Lock::Vault).await?;
            let count = "SELECT COUNT(*) AS keys, COALESCE(MAX(number), 0) AS newest FROM vault_keys";
            let row = tx.fetch_one(count, &[]).await?;
            let newest = row.int("newest")?;
            if row.int("keys")? > 1 {
                return Ok(newest);
            }
            let number = newest + 1;
            let key = vault.new_key(number, rng);
            tx.execute(
                "INSERT INTO vault_keys (number, wrapped, created_at) VALUES ($1, $2, $3)",
                values![number, key.as_slice(), now],
            )
            .await?;
            Ok(number)
        })?;
        self.reload_ring().await?;
        Ok(newest)
    }

    /// Seals some rows again with the newest key. When none is left, drops the older keys. Can be stopped at any point and
    /// gone on with later, by any server.
    pub async fn reseal_step(&self, rng: &mut (dyn Rng + Send)) -> Result<Resealed, StoreError> {
        let ring = self.reload_ring().await?;
        let newest = ring.newest().ok_or(StoreError::Locked)?;
        for table in &TABLES {
            let rows = self.db.fetch_all(table.old, values![newest, ROWS_A_STEP]).await?;
            if rows.is_empty() {
                continue;
            }
            let mut changes = Vec::with_capacity(rows.len());
            for row in &rows {
                let (id, key, before) = (row.text("id")?, row.int("vault_key")?, row.bytes("sealed")?);
                let place = Place { table: table.table, column: table.column, row: &id };
                let plain = ring.open(place, key, &before)?;
                let after = ring.seal(place, &plain, rng)?;
                let at = row.int("at")?;
                changes.push(values![id.as_str(), key, after.bytes, after.key, before, at].to_vec());
            }
            let rows = transaction!(self.db, tx => {
                let mut rows = 0;
                for change in &changes {
                    rows += tx.execute(table.put, change).await?;
                }
                Ok(rows)
            })?;
            return Ok(Resealed { rows, done: false });
        }
        let dropped = transaction!(self.db, tx => {
            tx.execute("DELETE FROM vault_keys WHERE number < $1", values![newest]).await
        });
        match dropped {
            // Somebody has sealed a row with an old key after all: it is found by the next step.
            Err(error) if error.is_dangling() => Ok(Resealed { rows: 0, done: false }),
            Err(error) => Err(error),
            Ok(_) => {
                self.reload_ring().await?;
                Ok(Resealed { rows: 0, done: true })
            }
        }
    }
}

/// Runs a body that seals and writes, again with fresh keys if the key it sealed with was dropped meanwhile.
/// `sealing!(store, ring => { ... })`; the body returns `Result<_, StoreError>` and may use `?`.
macro_rules! sealing {
    ($store:expr, $ring:ident => $body:block) => {{
        let mut again = false;
        loop {
            let $ring = if again { $store.reload_ring().await? } else { $store.ring().await? };
            let result: Result<_, $crate::StoreError> = async { $body }.await;
            match result {
                Err(error) if error.is_dangling() && !again => again = true,
                result => break result,
            }
        }
    }};
}
pub(crate) use sealing;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sqlite;
    use std::collections::BTreeSet;

    #[tokio::test]
    async fn no_sealed_table_is_forgotten() {
        let database = sqlite().await;
        let store = database.open().await;
        let sql = "SELECT m.name AS name FROM sqlite_master m, pragma_table_info(m.name) c \
                   WHERE m.type = 'table' AND c.name = 'vault_key'";
        let rows = store.db.fetch_all(sql, &[]).await.unwrap();
        let there: BTreeSet<String> = rows.iter().map(|row| row.text("name").unwrap()).collect();
        let known: BTreeSet<String> = TABLES.iter().map(|table| table.table.to_owned()).collect();
        assert_eq!(there, known, "add the table to TABLES, or its rows are lost when the key is replaced");
    }
}
