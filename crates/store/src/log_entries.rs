//! Entries of the transparency log. Each gets its number in the transaction that causes it, for good: what the log's files say
//! follows from here, so a rerun after a crash writes the same bytes.

use crate::Store;
use crate::db::{Lock, Tx, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;

/// An entry that is to stand in the log: its bytes and when it was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewLogEntry {
    /// Its bytes, 1 to 65,535.
    pub bytes: Vec<u8>,
    /// When it was made.
    pub at: Timestamp,
}

/// Longest entry in bytes: its length stands in two.
const LONGEST: usize = 65_535;

pub(crate) const NEXT: &str = "SELECT COALESCE(MAX(number) + 1, 0) AS next FROM log_entries";
const INSERT: &str = "INSERT INTO log_entries (number, bytes, at) VALUES ($1, $2, $3)";

/// Gives an entry its number, in the caller's transaction. Others that append wait until that ends, so that numbers have no
/// gaps: do it last.
pub(crate) async fn append(tx: &mut Tx, entry: &NewLogEntry) -> Result<u64, StoreError> {
    // One that the log cannot hold would stop it for ever.
    if !(1..=LONGEST).contains(&entry.bytes.len()) {
        return Err(StoreError::NotAllowed("a log entry must be 1 to 65,535 bytes long"));
    }
    tx.lock(Lock::Log).await?;
    let number = tx.fetch_one(NEXT, &[]).await?.int("next")?;
    tx.execute(INSERT, values![number, entry.bytes.as_slice(), entry.at]).await?;
    number_from(number)
}

impl Store {
    /// Gives an entry that nothing else hangs on its number.
    pub async fn append_log_entry(&self, entry: &NewLogEntry) -> Result<u64, StoreError> {
        transaction!(self.db, tx => { append(&mut tx, entry).await })
    }

    /// The bytes of at most `limit` entries from this number on, in their order.
    pub async fn log_entries(&self, from: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM log_entries WHERE number >= $1 ORDER BY number LIMIT $2";
        let rows = self.db.fetch_all(sql, values![number_to(from), limit]).await?;
        rows.iter().map(|row| row.bytes("bytes")).collect()
    }

    /// How many there are.
    pub async fn log_size(&self) -> Result<u64, StoreError> {
        number_from(self.db.fetch_one(NEXT, &[]).await?.int("next")?)
    }

    /// The bytes of one entry.
    pub async fn log_entry(&self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.log_entries(number, 1).await?.pop())
    }
}

pub(crate) fn number_to(number: u64) -> i64 {
    // Beyond any number that was ever given.
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn number_from(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt("number"))
}

/// A number that may be missing.
pub(crate) fn opt_number(row: &Row, column: &'static str) -> Result<Option<u64>, StoreError> {
    row.opt_int(column)?.map(number_from).transpose()
}
