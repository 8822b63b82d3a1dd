//! What wrong codes have cost, by ten minutes, so that the limits survive a restart and hold across servers.
//! The arithmetic and why it holds: [`bluezone_domain::guess`].

use crate::codes::LIVE_SHORT;
use crate::db::{Tx, transaction};
use crate::error::StoreError;
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::{Timestamp, guess};
use std::fmt;

/// Charges are added up in buckets of this many seconds. A bucket counts as long as any part of it is in the window, so
/// the window is never shorter than it says.
pub(crate) const BUCKET_S: i64 = 600;

/// Window for the wrong codes of one source.
const SOURCE_WINDOW_S: i64 = 3600;

pub(crate) const SPENT: &str =
    "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) AS spent FROM guess_charges WHERE bucket >= $1";
pub(crate) const FAILURES: &str = "SELECT CAST(COALESCE(SUM(failures), 0) AS BIGINT) AS failures FROM guess_sources \
     WHERE source_hash = $1 AND bucket >= $2";

/// All that the limits go by, in one question: for who asks before anybody waits.
pub(crate) const STANDING: &str = "SELECT \
     (SELECT COUNT(*) FROM codes WHERE kind = 'short' AND used_at IS NULL AND expires_at > $1) AS live, \
     (SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM guess_charges WHERE bucket >= $2) AS spent, \
     (SELECT CAST(COALESCE(SUM(failures), 0) AS BIGINT) FROM guess_sources WHERE source_hash = $3 AND bucket >= $4) AS failures";

/// The limits that one attempt at a short code is held to. `Debug` hides the source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct GuessLimits {
    /// What all guessers together may be charged in 24 hours, see [`guess::budget_units`].
    pub budget_units: i64,
    /// Keyed hash of where the attempt comes from.
    pub source_hash: Hash,
    /// Wrong codes one source may try in an hour.
    pub source_failures: u32,
}

impl fmt::Debug for GuessLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuessLimits").field("budget_units", &self.budget_units).finish_non_exhaustive()
    }
}

/// What the limits say about one more attempt.
pub(crate) enum Admission {
    /// It may be tried; if it fails it is charged this.
    Admitted { cost: i64 },
    /// Short codes pause.
    Paused,
    /// This source has tried too often.
    SourceLimited,
}

impl Store {
    /// Hits that the guesses of the last 24 hours could expect.
    pub async fn guess_spent(&self, now: Timestamp) -> Result<f64, StoreError> {
        let row = self.db.fetch_one(SPENT, values![first_bucket(now, guess::WINDOW_S)]).await?;
        Ok(guess::hits(row.int("spent")?))
    }

    /// What the limits say now, to one who holds no lock.
    pub(crate) async fn would_admit(
        &self,
        limits: &GuessLimits,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        let (charged, counted) = (first_bucket(now, guess::WINDOW_S), first_bucket(now, SOURCE_WINDOW_S));
        let row = self.db.fetch_one(STANDING, values![now, charged, limits.source_hash, counted]).await?;
        Ok(limits.say(row.int("live")?, row.int("spent")?, row.int("failures")?))
    }

    /// Whether a source has had less than `limit` within an hour.
    pub async fn is_within(&self, source: Hash, limit: u32, now: Timestamp) -> Result<bool, StoreError> {
        let values = values![source, first_bucket(now, SOURCE_WINDOW_S)];
        Ok(self.db.fetch_one(FAILURES, values).await?.int("failures")? < i64::from(limit))
    }

    /// Counts one more of a source, unless it had `limit` of them within an hour. Whether it was counted.
    pub async fn admit_source(&self, source: Hash, limit: u32, now: Timestamp) -> Result<bool, StoreError> {
        self.admit_lookup(source, limit, true, now).await
    }

    /// Whether a source may be told what it asked about; what it asked about and does not exist is counted, and after `limit`
    /// of them within an hour it is told nothing.
    pub async fn admit_lookup(
        &self,
        source: Hash,
        limit: u32,
        missed: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let admitted = count_source(&mut tx, source, now).await? < i64::from(limit);
            if admitted && missed {
                note_source(&mut tx, source, now).await?;
            }
            Ok(admitted)
        })
    }
}

/// Asks whether one more attempt may be made. The caller holds [`crate::db::Lock::Guesses`] until it has charged the
/// attempt: otherwise many at once would all see the same unspent budget.
pub(crate) async fn admit(
    tx: &mut Tx,
    limits: &GuessLimits,
    now: Timestamp,
) -> Result<Admission, StoreError> {
    let live = tx.fetch_one(LIVE_SHORT, values![now]).await?.int("live")?;
    let spent = tx.fetch_one(SPENT, values![first_bucket(now, guess::WINDOW_S)]).await?.int("spent")?;
    let failures = count_source(tx, limits.source_hash, now).await?;
    Ok(limits.say(live, spent, failures))
}

impl GuessLimits {
    fn say(&self, live: i64, spent: i64, failures: i64) -> Admission {
        if failures >= i64::from(self.source_failures) {
            Admission::SourceLimited
        } else if guess::admits(spent, self.budget_units, live) {
            Admission::Admitted { cost: guess::failure_cost(live) }
        } else {
            Admission::Paused
        }
    }
}

/// Charges an attempt that failed.
pub(crate) async fn charge(
    tx: &mut Tx,
    limits: &GuessLimits,
    cost: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let bucket = bucket(now);
    tx.execute(
        "INSERT INTO guess_charges (bucket, units) VALUES ($1, $2) \
         ON CONFLICT (bucket) DO UPDATE SET units = guess_charges.units + excluded.units",
        values![bucket, cost],
    )
    .await?;
    note_source(tx, limits.source_hash, now).await
}

/// What a source did within the last hour.
pub(crate) async fn count_source(tx: &mut Tx, source: Hash, now: Timestamp) -> Result<i64, StoreError> {
    count_within(tx, source, now, SOURCE_WINDOW_S).await
}

/// What a source did within the last seconds, at most [`guess::WINDOW_S`].
pub(crate) async fn count_within(
    tx: &mut Tx,
    source: Hash,
    now: Timestamp,
    window_s: i64,
) -> Result<i64, StoreError> {
    tx.fetch_one(FAILURES, values![source, first_bucket(now, window_s)]).await?.int("failures")
}

/// One more of a source.
pub(crate) async fn note_source(tx: &mut Tx, source: Hash, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO guess_sources (source_hash, bucket, failures) VALUES ($1, $2, 1) \
         ON CONFLICT (source_hash, bucket) DO UPDATE SET failures = guess_sources.failures + 1",
        values![source, bucket(now)],
    )
    .await
    .map(drop)
}

pub(crate) fn bucket(at: Timestamp) -> i64 {
    at.0.div_euclid(BUCKET_S)
}

pub(crate) fn first_bucket(now: Timestamp, window_s: i64) -> i64 {
    bucket(now - window_s)
}
