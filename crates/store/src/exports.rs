//! Export batches: which keys stand in which published file.
//!
//! ```text
//! open ──> finished ──> retired ──> gone
//! ```
//!
//! Opening a batch fixes its time span and its keys. Whoever writes the file, and however often after a crash, writes the
//! same bytes. There is one open batch of each stream at a time; the streams know nothing of each other.

use crate::Store;
use crate::db::{Lock, Tx, transaction};
use crate::error::StoreError;
use crate::keys::key_from;
use crate::streams::{PerStream, per_stream};
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::form::{Change, REVISED_FLOOR, rung_below};
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use std::collections::BTreeMap;

/// Number of a batch: 1, 2, 3, …; never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BatchId(pub i64);

/// A batch that is being written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// Keys released after this …
    pub start: Timestamp,
    /// … and until this. Stragglers from before `start` may be in it too: a key is in the first batch after it came.
    pub end: Timestamp,
}

/// How a key stands in a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Membership {
    /// Published for the first time.
    New,
    /// Published before, with another report.
    Revised,
    /// The revised ones, as they were published before.
    Before,
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

const LAST: PerStream =
    per_stream!("SELECT id, starts_at, ends_at, state FROM " exports " ORDER BY id DESC LIMIT 1");
pub(crate) const BY_ID: PerStream =
    per_stream!("SELECT id, starts_at, ends_at, object_name FROM " exports " WHERE id = $1");
/// Of the same number as one that is there: the database's own counts.
const ADOPT: PerStream = per_stream!("INSERT INTO " exports " (id, starts_at, ends_at, state, object_name, sha256) \
     VALUES ($1, $2, $3, 'finished', $4, $5) ON CONFLICT (id) DO NOTHING");
const INSERT: PerStream =
    per_stream!("INSERT INTO " exports " (id, starts_at, ends_at, state) VALUES ($1, $2, $3, 'open')");
pub(crate) const SINCE: PerStream =
    per_stream!("SELECT id, starts_at, ends_at FROM " exports " WHERE id >= $1 ORDER BY id");
/// A key that was revoked before it was in any export is never published.
pub(crate) const TAKE_NEW: PerStream = per_stream!("UPDATE " keys " SET batch = $1 WHERE batch IS NULL AND released_at <= $2 AND report_type <> $3");
/// Never into the batch that publishes it first: that one keeps the first report, a later one tells the change.
pub(crate) const TAKE_REVISED: PerStream = per_stream!("UPDATE " keys " SET revised_batch = $1 \
     WHERE revised_report_type IS NOT NULL AND revised_batch IS NULL AND revised_at < $2 AND batch < $1");
const TAKEN_REVISED: PerStream = per_stream!("SELECT key, rolling_start, rolling_period, transmission_risk, report_type, days_since_onset, \
     revised_report_type FROM " keys " WHERE revised_batch = $1 ORDER BY revised_at, key");
const HOLD_BACK: PerStream = per_stream!("UPDATE " keys " SET revised_batch = NULL WHERE key = $1");
pub(crate) const NEW_KEYS: PerStream = per_stream!("SELECT key, rolling_start, rolling_period, transmission_risk, report_type, days_since_onset \
     FROM " keys " WHERE batch = $1 AND key > $2 ORDER BY key LIMIT $3");
pub(crate) const REVISED_KEYS: PerStream = per_stream!("SELECT key, rolling_start, rolling_period, revised_transmission_risk AS transmission_risk, \
     revised_report_type AS report_type, revised_days_since_onset AS days_since_onset \
     FROM " keys " WHERE revised_batch = $1 AND key > $2 ORDER BY key LIMIT $3");
pub(crate) const BEFORE_KEYS: PerStream = per_stream!("SELECT key, rolling_start, rolling_period, transmission_risk, report_type, days_since_onset \
     FROM " keys " WHERE revised_batch = $1 AND key > $2 ORDER BY key LIMIT $3");
const FINISH: PerStream = per_stream!("UPDATE " exports " SET state = 'finished', object_name = $2, sha256 = $3 \
     WHERE id = $1 AND (state = 'open' OR (state = 'finished' AND object_name = $2 AND sha256 = $3))");
const RETIRE: PerStream =
    per_stream!("UPDATE " exports " SET state = 'retired' WHERE state = 'finished' AND ends_at < $1");
const FORGET: PerStream =
    per_stream!("UPDATE " exports " SET state = 'gone' WHERE id = $1 AND state = 'retired'");
pub(crate) const FILES: PerStream = per_stream!("SELECT id, starts_at, ends_at, object_name, sha256 FROM " exports " WHERE state = $1 ORDER BY id");

impl Store {
    /// The batch to write now: the open one, or a new one if a whole period has ended since the last. `None`: nothing to
    /// do yet. After a pause one batch covers all the time that was missed.
    pub async fn open_batch(
        &self,
        stream: Stream,
        now: Timestamp,
        period_s: i64,
    ) -> Result<Option<Batch>, StoreError> {
        let period_s = period_s.max(1);
        let end = now - now.0.rem_euclid(period_s);
        transaction!(self.db, tx => {
            tx.lock(Lock::Exports).await?;
            let last = tx.fetch_optional(LAST.of(stream), &[]).await?;
            let (id, start) = match last {
                None => (1, end - period_s),
                Some(row) if row.text("state")? == "open" => return Ok(Some(batch_from(&row)?)),
                Some(row) if row.time("ends_at")? >= end => return Ok(None),
                Some(row) => (row.int("id")? + 1, row.time("ends_at")?),
            };
            tx.execute(INSERT.of(stream), values![id, start, end]).await?;
            tx.execute(TAKE_NEW.of(stream), values![id, end, ReportType::Revoked.number()]).await?;
            tx.execute(TAKE_REVISED.of(stream), values![id, end]).await?;
            hold_back(&mut tx, stream, id).await?;
            Ok(Some(Batch { id: BatchId(id), start, end }))
        })
    }

    /// The batches from this number on, oldest first.
    pub async fn batches_since(&self, stream: Stream, first: BatchId) -> Result<Vec<Batch>, StoreError> {
        self.db.fetch_all(SINCE.of(stream), values![first.0]).await?.iter().map(batch_from).collect()
    }

    /// Keys of the batch in the order of their bytes: at most `limit`, after the given one. Ask on with the last key of
    /// each page until one comes back short.
    pub async fn batch_keys(
        &self,
        stream: Stream,
        batch: BatchId,
        membership: Membership,
        after: Option<&TemporaryExposureKey>,
        limit: u32,
    ) -> Result<Vec<DiagnosisKey>, StoreError> {
        let sql = match membership {
            Membership::New => NEW_KEYS,
            Membership::Revised => REVISED_KEYS,
            Membership::Before => BEFORE_KEYS,
        };
        // The empty blob sorts before every key.
        let after: &[u8] = after.map_or(&[], |key| key.as_bytes());
        self.db
            .fetch_all(sql.of(stream), values![batch.0, after, limit])
            .await?
            .iter()
            .map(key_from)
            .collect()
    }

    /// Marks the batch as published under this name. The same again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was published with another name or other bytes.
    pub async fn finish_batch(
        &self,
        stream: Stream,
        batch: BatchId,
        object_name: &str,
        sha256: [u8; 32],
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let changed = tx.execute(FINISH.of(stream), values![batch.0, object_name, sha256]).await?;
            if changed == 0 { Err(StoreError::Conflict("a file of this batch")) } else { Ok(()) }
        })
    }

    /// The end of the newest batch: a time that has been.
    pub async fn last_end(&self, stream: Stream) -> Result<Option<Timestamp>, StoreError> {
        self.db.fetch_optional(LAST.of(stream), &[]).await?.map(|row| row.time("ends_at")).transpose()
    }

    /// The published files that the index names, oldest first.
    pub async fn published(&self, stream: Stream) -> Result<Vec<PublishedFile>, StoreError> {
        self.files(stream, "finished").await
    }

    /// A batch of any state, and the name of its file if it has one.
    pub async fn batch(
        &self,
        stream: Stream,
        batch: BatchId,
    ) -> Result<Option<(Batch, Option<String>)>, StoreError> {
        let row = self.db.fetch_optional(BY_ID.of(stream), values![batch.0]).await?;
        row.map(|row| Ok((batch_from(&row)?, row.opt_text("object_name")?))).transpose()
    }

    /// Takes over published files that the database, set back to an earlier moment, knows nothing of. Their numbers are used,
    /// and their keys are in no batch.
    pub async fn adopt_files(&self, stream: Stream, files: &[PublishedFile]) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.lock(Lock::Exports).await?;
            for file in files {
                let row = values![file.id.0, file.start, file.end, &file.object_name, file.sha256];
                tx.execute(ADOPT.of(stream), row).await?;
            }
            Ok(())
        })
    }

    /// Takes files whose span ended before `before` out of the index; returns these and any that were taken out earlier
    /// and not yet forgotten. The caller writes the index, then deletes the objects, then calls [`Store::forget_file`].
    pub async fn retire_files(
        &self,
        stream: Stream,
        before: Timestamp,
    ) -> Result<Vec<PublishedFile>, StoreError> {
        transaction!(self.db, tx => {
            tx.execute(RETIRE.of(stream), values![before]).await?;
            Ok(())
        })?;
        self.files(stream, "retired").await
    }

    /// Notes that a retired file's object is deleted.
    pub async fn forget_file(&self, stream: Stream, batch: BatchId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute(FORGET.of(stream), values![batch.0]).await?;
            Ok(())
        })
    }

    async fn files(&self, stream: Stream, state: &str) -> Result<Vec<PublishedFile>, StoreError> {
        self.db.fetch_all(FILES.of(stream), values![state]).await?.iter().map(file_from).collect()
    }
}

/// There is little padding for revised keys, because it must have been published before. So their number comes on the
/// ladder from the other side: what is above a rung waits for the next batch, the youngest changes first.
async fn hold_back(tx: &mut Tx, stream: Stream, batch: i64) -> Result<(), StoreError> {
    let mut changes: BTreeMap<Change, Vec<DiagnosisKey>> = BTreeMap::new();
    for row in tx.fetch_all(TAKEN_REVISED.of(stream), values![batch]).await? {
        let before = key_from(&row)?;
        let to = ReportType::from_number(row.small("revised_report_type")?);
        changes.entry(Change::of(&before, to)).or_default().push(before);
    }
    for keys in changes.values() {
        for key in &keys[rung_below(keys.len(), REVISED_FLOOR)..] {
            tx.execute(HOLD_BACK.of(stream), values![*key.key.as_bytes()]).await?;
        }
    }
    Ok(())
}

fn batch_from(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch { id: BatchId(row.int("id")?), start: row.time("starts_at")?, end: row.time("ends_at")? })
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
