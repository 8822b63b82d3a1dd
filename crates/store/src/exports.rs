//! Export batches: which keys stand in which published file.
//!
//! ```text
//! open ──> finished ──> retired ──> gone
//! ```
//!
//! Opening a batch fixes its time span and its keys, adding the padding fixes the rest. Whoever writes the file, and
//! however often after a crash, writes the same bytes. There is one open batch at a time.

use crate::Store;
use crate::db::{Lock, transaction};
use crate::error::StoreError;
use crate::keys::{insert_padding, key_from};
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::publication::StoredKey;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;

/// Number of a batch: 1, 2, 3, …; never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BatchId(pub i64);

/// A batch that is being written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// Keys released from here on …
    pub start: Timestamp,
    /// … and before here. Stragglers from before `start` may be in it too: a key is in the first batch after it came.
    pub end: Timestamp,
    /// Whether [`Store::add_padding`] was done.
    pub padded: bool,
}

/// How a key stands in a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Membership {
    /// Published for the first time.
    New,
    /// Published before, with another report.
    Revised,
}

/// How many keys a batch has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchCounts {
    /// Published for the first time (with padding, once added).
    pub new: u64,
    /// Published again with another report.
    pub revised: u64,
}

/// A key of nobody, made so that the number of keys does not tell the number of people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaddingKey {
    /// The key and when it is released.
    pub key: StoredKey,
    /// The change of report that it makes later: the number of revised keys would tell the number of people too.
    pub later: Option<LaterReport>,
}

/// A change of report in the future.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaterReport {
    /// When.
    pub at: Timestamp,
    /// To what.
    pub report_type: ReportType,
    /// With which risk level.
    pub transmission_risk: u8,
}

/// A file that was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedFile {
    /// Its batch.
    pub id: BatchId,
    /// Start of its span.
    pub start: Timestamp,
    /// End of its span.
    pub end: Timestamp,
    /// Name in the object store.
    pub object_name: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

const LAST: &str = "SELECT id, starts_at, ends_at, state, padded FROM exports ORDER BY id DESC LIMIT 1";
const INSERT: &str =
    "INSERT INTO exports (id, starts_at, ends_at, state, padded) VALUES ($1, $2, $3, 'open', 0)";
/// A key that was revoked before it was in any export is never published.
pub(crate) const TAKE_NEW: &str =
    "UPDATE published_keys SET batch = $1 WHERE batch IS NULL AND released_at < $2 AND report_type <> $3";
/// Never into the batch that publishes it first: that one keeps the first report, a later one tells the change.
pub(crate) const TAKE_REVISED: &str = "UPDATE published_keys SET revised_batch = $1 \
     WHERE revised_report_type IS NOT NULL AND revised_batch IS NULL AND revised_at < $2 AND batch < $1";
const SET_PADDED: &str = "UPDATE exports SET padded = 1 WHERE id = $1 AND state = 'open' AND padded = 0";
pub(crate) const NEW_KEYS: &str = "SELECT key, rolling_start, rolling_period, transmission_risk, report_type, days_since_onset \
     FROM published_keys WHERE batch = $1 AND key > $2 ORDER BY key LIMIT $3";
pub(crate) const REVISED_KEYS: &str = "SELECT key, rolling_start, rolling_period, revised_transmission_risk AS transmission_risk, \
     revised_report_type AS report_type, revised_days_since_onset AS days_since_onset \
     FROM published_keys WHERE revised_batch = $1 AND key > $2 ORDER BY key LIMIT $3";
pub(crate) const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM published_keys WHERE batch = $1) AS new, \
     (SELECT COUNT(*) FROM published_keys WHERE revised_batch = $1) AS revised";
pub(crate) const FILES: &str =
    "SELECT id, starts_at, ends_at, object_name, sha256 FROM exports WHERE state = $1 ORDER BY id";

impl Store {
    /// The batch to write now: the open one, or a new one if a whole period has ended since the last. `None`: nothing to
    /// do yet. After a pause one batch covers all the time that was missed.
    pub async fn open_batch(&self, now: Timestamp, period_s: i64) -> Result<Option<Batch>, StoreError> {
        let period_s = period_s.max(1);
        let end = now - now.0.rem_euclid(period_s);
        transaction!(self.db, tx => {
            tx.lock(Lock::Exports).await?;
            let last = tx.fetch_optional(LAST, &[]).await?;
            let (id, start) = match last {
                None => (1, end - period_s),
                Some(row) if row.text("state")? == "open" => return Ok(Some(batch_from(&row)?)),
                Some(row) if row.time("ends_at")? >= end => return Ok(None),
                Some(row) => (row.int("id")? + 1, row.time("ends_at")?),
            };
            tx.execute(INSERT, values![id, start, end]).await?;
            tx.execute(TAKE_NEW, values![id, end, ReportType::Revoked.number()]).await?;
            tx.execute(TAKE_REVISED, values![id, end]).await?;
            Ok(Some(Batch { id: BatchId(id), start, end, padded: false }))
        })
    }

    /// Adds keys of nobody. Those released before the batch's end stand in it; the others, and the changes of report, come
    /// in later batches like those of received keys: nothing tells them apart from then on. `false` if the batch has its
    /// padding already (these keys are then not used) or is not open.
    pub async fn add_padding(&self, batch: &Batch, keys: &[PaddingKey]) -> Result<bool, StoreError> {
        let mut keys: Vec<&PaddingKey> = keys.iter().collect();
        keys.sort_by(|a, b| a.key.key.key.cmp(&b.key.key.key));
        transaction!(self.db, tx => {
            if tx.execute(SET_PADDED, values![batch.id.0]).await? == 0 {
                return Ok(false);
            }
            insert_padding(&mut tx, &keys, batch.id.0, batch.end).await?;
            Ok(true)
        })
    }

    /// How many keys the batch has.
    pub async fn batch_counts(&self, batch: BatchId) -> Result<BatchCounts, StoreError> {
        let row = self.db.fetch_one(COUNTS, values![batch.0]).await?;
        Ok(BatchCounts { new: row.small("new")?, revised: row.small("revised")? })
    }

    /// Keys of the batch in the order of their bytes: at most `limit`, after the given one. Ask on with the last key of
    /// each page until one comes back short.
    pub async fn batch_keys(
        &self,
        batch: BatchId,
        membership: Membership,
        after: Option<&TemporaryExposureKey>,
        limit: u32,
    ) -> Result<Vec<DiagnosisKey>, StoreError> {
        let sql = match membership {
            Membership::New => NEW_KEYS,
            Membership::Revised => REVISED_KEYS,
        };
        // The empty blob sorts before every key.
        let after: &[u8] = after.map_or(&[], |key| key.as_bytes());
        self.db.fetch_all(sql, values![batch.0, after, limit]).await?.iter().map(key_from).collect()
    }

    /// Marks the batch as published under this name. The same again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was published with another name or other bytes.
    pub async fn finish_batch(
        &self,
        batch: BatchId,
        object_name: &str,
        sha256: [u8; 32],
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let changed = tx
                .execute(
                    "UPDATE exports SET state = 'finished', object_name = $2, sha256 = $3 \
                     WHERE id = $1 AND (state = 'open' OR (state = 'finished' AND object_name = $2 AND sha256 = $3))",
                    values![batch.0, object_name, sha256],
                )
                .await?;
            if changed == 0 { Err(StoreError::Conflict("a file of this batch")) } else { Ok(()) }
        })
    }

    /// The published files that the index names, oldest first.
    pub async fn published(&self) -> Result<Vec<PublishedFile>, StoreError> {
        self.files("finished").await
    }

    /// Takes files whose span ended before `before` out of the index; returns these and any that were taken out earlier
    /// and not yet forgotten. The caller writes the index, then deletes the objects, then calls [`Store::forget_file`].
    pub async fn retire_files(&self, before: Timestamp) -> Result<Vec<PublishedFile>, StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE exports SET state = 'retired' WHERE state = 'finished' AND ends_at < $1";
            tx.execute(sql, values![before]).await?;
            Ok(())
        })?;
        self.files("retired").await
    }

    /// Notes that a retired file's object is deleted.
    pub async fn forget_file(&self, batch: BatchId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE exports SET state = 'gone' WHERE id = $1 AND state = 'retired'";
            tx.execute(sql, values![batch.0]).await?;
            Ok(())
        })
    }

    async fn files(&self, state: &str) -> Result<Vec<PublishedFile>, StoreError> {
        self.db.fetch_all(FILES, values![state]).await?.iter().map(file_from).collect()
    }
}

fn batch_from(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: BatchId(row.int("id")?),
        start: row.time("starts_at")?,
        end: row.time("ends_at")?,
        padded: row.int("padded")? == 1,
    })
}

fn file_from(row: &Row) -> Result<PublishedFile, StoreError> {
    Ok(PublishedFile {
        id: BatchId(row.int("id")?),
        start: row.time("starts_at")?,
        end: row.time("ends_at")?,
        object_name: row.text("object_name")?,
        sha256: row.array("sha256")?,
    })
}
