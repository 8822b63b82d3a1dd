//! A partition a day, on PostgreSQL: what has had its time is dropped as a table, without reading it.
//!
//! A day is one of Vietnam's, as that of a visitor's hash is. Partitions are made some days ahead; a visit of no such day - nobody
//! made it yet, or a clock is far off - goes to `visits_rest`, and from there to its day when that is made.

use crate::Store;
use crate::db::{Db, Lock, Tx, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::visit::day_start;
use bluezone_protocol::time::DAY_S;
use std::sync::{Mutex, PoisonError};

/// Days that are made ahead, besides today: a job may be down for a week.
const AHEAD: i64 = 7;
/// Whoever changes a partition waits for everybody who reads or writes a visit, and everybody after waits for them: not for
/// long, then. It is tried again in the job's next round.
const IMPATIENT: &str = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0";

/// The same for what may be done at any time of the day while everybody who checks in waits behind it: to make a day on which nobody has
/// come yet, on busy days (`Plans::Kept` locks all days); and to drop one that has just had its time. A report that reads for an hour would
/// have them wait in each of the job's rounds; so that is tried again in some minutes only.
const BRIEF: &str = "SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = 0";
const AGAIN_S: i64 = 300;
/// What is there for so much longer than it may be is waited for as long as a new day, and told of.
const OVERDUE_S: i64 = 6 * 3600;

/// Of another database's days the latest so many: a clock that was far off makes no table for each of its days.
const MOST_DAYS: i64 = 60;

/// The rows of a day of this size, in bytes, are still counted when it goes. Of a larger one PostgreSQL's estimate is told.
const COUNTED: i64 = 8 << 20;

/// Percent of a page that visits fill when they begin. The rest is for their ends, of which the indexes then learn nothing.
const FILLED: u32 = 85;

const DAYS: &str = "SELECT CAST(c.relname AS TEXT) AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                    WHERE i.inhparent = CAST('visits' AS regclass) ORDER BY 1";

pub(crate) const EXPIRED: &str =
    "DELETE FROM visits WHERE id IN (SELECT id FROM visits WHERE entered_at < $1 LIMIT $2)";
/// What lies in no day.
pub(crate) const EXPIRED_OF_NO_DAY: [&str; 2] = [
    "DELETE FROM visits_rest WHERE id IN (SELECT id FROM visits_rest WHERE entered_at < $1 LIMIT $2)",
    "DELETE FROM visits_before WHERE id IN (SELECT id FROM visits_before WHERE entered_at < $1 LIMIT $2)",
];

/// When days were found in use, by the time before which visits go, which goes on as the clock does.
#[derive(Default)]
pub(crate) struct DaysInUse(Mutex<Option<Timestamp>>);

impl DaysInUse {
    fn rests(&self, before: Timestamp) -> bool {
        let found = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.is_some_and(|found| (0..AGAIN_S).contains(&(before - found)))
    }

    fn found(&self, before: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    }
}

impl Store {
    /// Makes the partitions of visits for today and the days to come, as far as they are not there and nobody has visits in
    /// use. Returns how many it made; none on SQLite.
    pub async fn make_days(&self, now: Timestamp) -> Result<u32, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(0);
        }
        let days = (0..=AHEAD).map(|ahead| day_start(now + ahead * DAY_S));
        let mut made = 0;
        for start in missing(&self.db, days).await? {
            match make_day(&self.db, start).await {
                Ok(new) => made += u32::from(new),
                Err(error) if error.is_unavailable() => {
                    tracing::info!(%error, "a day of visits is made later");
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    /// Deletes visits that began before a time. A partition goes when its whole day has had its time.
    pub(crate) async fn purge_visits(&self, before: Timestamp) -> Result<u64, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return self.delete(EXPIRED, before.0).await;
        }
        let mut deleted = 0;
        let rests = self.days_in_use.rests(before);
        let over = |start: &Timestamp| !rests && *start + DAY_S <= before;
        for start in days(&self.db).await?.into_iter().filter(over) {
            let overdue = is_overdue(start, before);
            match self.drop_day(start, overdue).await {
                Ok(rows) => deleted += rows,
                // Somebody has it in use.
                Err(error) if error.is_unavailable() => {
                    if overdue {
                        tracing::warn!(%error, "visits of a day stay for hours longer than they may: who reads them so long?");
                    } else {
                        tracing::info!(%error, "a day of visits stays a while longer");
                    }
                    self.days_in_use.found(before);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        for sql in EXPIRED_OF_NO_DAY {
            deleted += self.delete(sql, before.0).await?;
        }
        Ok(deleted)
    }

    async fn drop_day(&self, start: Timestamp, overdue: bool) -> Result<u64, StoreError> {
        let name = name_of(start);
        transaction!(self.db, tx => {
            tx.execute_script(if overdue { IMPATIENT } else { BRIEF }.into()).await?;
            tx.lock(Lock::Days).await?;
            let Some(extent) = extent(&mut tx, &name).await? else { return Ok(0) };
            let rows = if extent.int("bytes")? <= COUNTED {
                let count = tx.fetch_composed(format!("SELECT COUNT(*) AS rows FROM {name}"), &[]).await?;
                count.first().ok_or(StoreError::Corrupt("an aggregate"))?.small("rows")?
            } else {
                extent.small("about")?
            };
            tx.fetch_composed(format!("DROP TABLE {name}"), &[]).await?;
            Ok(rows)
        })
    }
}

/// Whether a day's visits, which go as of this time, should have gone hours ago.
fn is_overdue(start: Timestamp, before: Timestamp) -> bool {
    before - (start + DAY_S) > OVERDUE_S
}

/// Makes the partitions of the days on which another database has visits, so that each of them comes to its day at once.
pub(crate) async fn make_days_of(db: &Db, other: &mut Tx) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT (entered_at + $1) / $2 AS day FROM visits ORDER BY day DESC LIMIT $3";
    let midnight = day_start(Timestamp(0));
    let rows = other.fetch_all(sql, values![-midnight.0, DAY_S, MOST_DAYS]).await?;
    let days = rows.iter().map(|row| Ok(midnight + row.int("day")? * DAY_S));
    for start in missing(db, days.collect::<Result<Vec<_>, StoreError>>()?).await? {
        make_day(db, start).await?;
    }
    Ok(())
}

/// Those that have no partition and can have one.
async fn missing(db: &Db, wanted: impl IntoIterator<Item = Timestamp>) -> Result<Vec<Timestamp>, StoreError> {
    let (there, first) = (days(db).await?, first_day(db).await?);
    Ok(wanted.into_iter().filter(|start| *start >= first && !there.contains(start)).collect())
}

/// Whether it was made: it was not there, and nobody came just now whose visit would have to be moved.
///
/// A statement that waits for `visits_rest` was planned without the new table, and would look for visits where they no longer are.
/// So those that lie there are moved only while nobody has visits in use at all: whoever waits for that begins anew.
async fn make_day(db: &Db, start: Timestamp) -> Result<bool, StoreError> {
    let (name, from, to) = (name_of(start), start.0, start.0 + DAY_S);
    let of_day = format!("FROM visits_rest WHERE entered_at >= {from} AND entered_at < {to}");
    let some = format!("SELECT 1 AS one {of_day} LIMIT 1");
    let run = [
        format!("CREATE TABLE {name} (LIKE visits INCLUDING INDEXES) WITH (fillfactor = {FILLED})"),
        format!("WITH moved AS (DELETE {of_day} RETURNING *) INSERT INTO {name} SELECT * FROM moved"),
        format!("ALTER TABLE visits ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"),
    ];
    transaction!(db, tx => {
        tx.execute_script(IMPATIENT.into()).await?;
        tx.lock(Lock::Days).await?;
        if extent(&mut tx, &name).await?.is_some() {
            return Ok(false);
        }
        let to_move = !tx.fetch_composed(some.clone(), &[]).await?.is_empty();
        let in_use = if to_move { "visits" } else { "visits_rest" };
        tx.execute_script(if to_move { IMPATIENT } else { BRIEF }.into()).await?;
        tx.fetch_composed(format!("LOCK TABLE {in_use} IN ACCESS EXCLUSIVE MODE"), &[]).await?;
        if !to_move && !tx.fetch_composed(some.clone(), &[]).await?.is_empty() {
            return Ok(false);
        }
        for sql in run.clone() {
            tx.fetch_composed(sql, &[]).await?;
        }
        Ok(true)
    })
}

/// The first day that can be a table: those before lie in the partition of what was there before there were days.
async fn first_day(db: &Db) -> Result<Timestamp, StoreError> {
    let bound = "SELECT CAST((regexp_match(pg_get_expr(relpartbound, oid), 'TO \\(''(-?[0-9]+)''\\)'))[1] AS BIGINT) AS ends \
                 FROM pg_class WHERE oid = CAST('visits_before' AS regclass)";
    db.fetch_one(bound, &[]).await?.time("ends")
}

/// The days that have a partition.
async fn days(db: &Db) -> Result<Vec<Timestamp>, StoreError> {
    let rows = db.fetch_all(DAYS, &[]).await?;
    let names: Vec<String> = rows.iter().map(|row| row.text("name")).collect::<Result<_, _>>()?;
    Ok(names.iter().filter_map(|name| start_of(name)).collect())
}

/// The bytes of a day and its rows by PostgreSQL's estimate; none if it is not there. Another node may have made or dropped it since
/// its name was read: asked under [`Lock::Days`].
async fn extent(tx: &mut Tx, name: &str) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT pg_table_size(oid) AS bytes, CAST(GREATEST(reltuples, 0) AS BIGINT) AS about FROM pg_class \
               WHERE oid = to_regclass($1)";
    tx.fetch_optional(sql, values![name]).await
}

/// `visits_day_19675`: by the number of days in Vietnam since 1970.
pub(crate) fn name_of(start: Timestamp) -> String {
    format!("visits_day_{}", (start.0 - day_start(Timestamp(0)).0) / DAY_S)
}

fn start_of(name: &str) -> Option<Timestamp> {
    let number: i64 = name.strip_prefix("visits_day_")?.parse().ok()?;
    Some(day_start(Timestamp(0)) + number * DAY_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_overdue_hours_after_all_of_it_may_go() {
        let start = day_start(Timestamp(1_700_006_400));
        for (hours, overdue) in [(0, false), (6, false), (7, true), (48, true)] {
            assert_eq!(is_overdue(start, start + DAY_S + hours * 3600), overdue, "{hours}");
        }
    }
}
