//! The log's key, and how far its jobs have come: one row.

use crate::Store;
use crate::db::{Lock, for_update, transaction};
use crate::error::StoreError;
use crate::log_entries::{NewLogEntry, append, number_from, number_to};
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::audit::Chain;

/// The log's key, sealed, and how far its jobs have come.
#[derive(Clone, PartialEq, Eq)]
pub struct LogState {
    /// Its public key, as text; the name in it is the log's origin.
    pub verifier: String,
    /// The private key, sealed.
    pub key_sealed: Vec<u8>,
    /// When entries were last put into the files.
    pub batch_at: Timestamp,
    /// When a checkpoint was last published.
    pub published_at: Timestamp,
    /// Entries of that checkpoint.
    pub published_size: u64,
    /// When it ended: the database was set back behind what is published of it.
    pub ended_at: Option<Timestamp>,
}

impl std::fmt::Debug for LogState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogState").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps the log's key. A log has one for ever: phones pin it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is one already.
    pub async fn create_log(
        &self,
        verifier: &str,
        key_sealed: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO log_state (only_row, verifier, key_sealed, created_at, batch_at, published_at, \
                   published_size, anchored) VALUES (1, $1, $2, $3, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
        transaction!(self.db, tx => {
            match tx.execute(sql, values![verifier, key_sealed, now]).await? {
                0 => Err(StoreError::Conflict("a log")),
                _ => Ok(()),
            }
        })
    }

    /// The log's key and state; `None` before it was made.
    pub async fn log_state(&self) -> Result<Option<LogState>, StoreError> {
        let sql =
            "SELECT verifier, key_sealed, batch_at, published_at, published_size, ended_at FROM log_state";
        let row = self.db.fetch_optional(sql, &[]).await?;
        row.map(|row| {
            Ok(LogState {
                verifier: row.text("verifier")?,
                key_sealed: row.bytes("key_sealed")?,
                batch_at: row.time("batch_at")?,
                published_at: row.time("published_at")?,
                published_size: number_from(row.int("published_size")?)?,
                ended_at: row.opt_time("ended_at")?,
            })
        })
        .transpose()
    }

    /// Puts the audit's head into the log, if it grew since the last time. `entry` writes the entry.
    pub async fn anchor_audit(
        &self,
        entry: impl Fn(&Chain) -> NewLogEntry,
    ) -> Result<Option<u64>, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT anchored FROM log_state");
            let Some(state) = tx.fetch_optional(sql, &[]).await? else { return Ok(None) };
            let chain = crate::audit::head(&mut tx).await?;
            if number_to(chain.count) <= state.int("anchored")? {
                return Ok(None);
            }
            tx.execute("UPDATE log_state SET anchored = $1", values![number_to(chain.count)]).await?;
            append(&mut tx, &entry(&chain)).await.map(Some)
        })
    }

    /// Notes that nothing is put into its files any more.
    pub async fn end_log(&self, at: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE log_state SET ended_at = $1 WHERE ended_at IS NULL";
            tx.execute(sql, values![at]).await.map(drop)
        })
    }

    /// Notes that all entries of this time are in the files.
    pub async fn note_batch(&self, at: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute("UPDATE log_state SET batch_at = $1", values![at]).await.map(drop)
        })
    }

    /// Notes that a checkpoint of so many entries is published, with the files that go with it.
    pub async fn note_published(&self, at: Timestamp, size: u64) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            // The log's lock: a server that was slow does not set another's newer size back.
            tx.lock(Lock::Log).await?;
            let sql = "UPDATE log_state SET published_at = $1, published_size = $2 WHERE published_size <= $2";
            tx.execute(sql, values![at, number_to(size)]).await.map(drop)
        })
    }
}
