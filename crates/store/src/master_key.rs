//! Which master key the database was made with.

use crate::Store;
use crate::db::{Sql, transaction};
use crate::error::StoreError;
use crate::value::values;

/// Whether the database has come as far as to know of master keys.
const KNOWN: Sql = Sql {
    sqlite: "SELECT COUNT(*) AS tables FROM sqlite_master WHERE type = 'table' AND name = 'master_key'",
    postgres: "SELECT COUNT(*) AS tables FROM pg_catalog.pg_tables \
               WHERE schemaname = current_schema() AND tablename = 'master_key'",
};
const FIND: &str = "SELECT proof FROM master_key WHERE only_row = 1";

impl Store {
    /// The value that the first server sealed with its master key; none if no server has used this database yet.
    pub async fn master_key_proof(&self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.db.fetch_one(KNOWN, &[]).await?.int("tables")? == 0 {
            return Ok(None);
        }
        self.db.fetch_optional(FIND, &[]).await?.map(|row| row.bytes("proof")).transpose()
    }

    /// Keeps this proof unless there is one. Returns the one that counts: of two servers that start together, both get
    /// the same.
    pub async fn keep_master_key_proof(&self, proof: &[u8]) -> Result<Vec<u8>, StoreError> {
        transaction!(self.db, tx => {
            let keep = "INSERT INTO master_key (only_row, proof) VALUES (1, $1) ON CONFLICT (only_row) DO NOTHING";
            tx.execute(keep, values![proof]).await?;
            tx.fetch_one(FIND, &[]).await?.bytes("proof")
        })
    }
}
