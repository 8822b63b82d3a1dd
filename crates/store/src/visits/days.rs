//! A partition a day, on PostgreSQL: what has had its time is dropped as a table, which takes no longer for a nation's day than
//! for nobody's.
//!
//! A day is one of Vietnam's, as that of a visitor's hash is. Partitions are made some days ahead; a visit of no such day - nobody
//! made it yet, or a clock is far off - goes to `visits_rest`, and from there to its day when that is made.

use crate::Store;
use crate::db::{Db, transaction};
use crate::error::StoreError;
use bluezone_domain::Timestamp;
use bluezone_domain::visit::day_start;
use bluezone_protocol::time::DAY_S;

/// Days that are made ahead, besides today: a job may be down for a week.
const AHEAD: i64 = 7;
/// Whoever changes a partition waits for everybody who reads or writes a visit, and everybody after waits for them: not for
/// long, then. It is tried again in the job's next round.
const IMPATIENT: &str = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0";

const DAYS: &str = "SELECT CAST(c.relname AS TEXT) AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                    WHERE i.inhparent = CAST('visits' AS regclass) ORDER BY 1";

pub(crate) const EXPIRED: &str =
    "DELETE FROM visits WHERE id IN (SELECT id FROM visits WHERE entered_at < $1 LIMIT $2)";
/// What lies in no day.
pub(crate) const EXPIRED_OF_NO_DAY: [&str; 2] = [
    "DELETE FROM visits_rest WHERE id IN (SELECT id FROM visits_rest WHERE entered_at < $1 LIMIT $2)",
    "DELETE FROM visits_before WHERE id IN (SELECT id FROM visits_before WHERE entered_at < $1 LIMIT $2)",
];

impl Store {
    /// Makes the partitions of visits for today and the days to come, as far as they are not there. Returns how many it made;
    /// none on SQLite.
    pub async fn make_days(&self, now: Timestamp) -> Result<u32, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(0);
        }
        let (there, mut made) = (self.days().await?, 0);
        for ahead in 0..=AHEAD {
            let start = day_start(now + ahead * DAY_S);
            if !there.contains(&start) && !self.is_before_days(start).await? {
                self.make_day(start).await?;
                made += 1;
            }
        }
        Ok(made)
    }

    async fn make_day(&self, start: Timestamp) -> Result<(), StoreError> {
        let (name, from, to) = (name_of(start), start.0, start.0 + DAY_S);
        transaction!(self.db, tx => {
            let run = [
                "LOCK TABLE visits_rest IN ACCESS EXCLUSIVE MODE".to_owned(),
                format!("CREATE TABLE {name} (LIKE visits INCLUDING INDEXES)"),
                format!(
                    "WITH moved AS (DELETE FROM visits_rest WHERE entered_at >= {from} AND entered_at < {to} RETURNING *) \
                     INSERT INTO {name} SELECT * FROM moved"
                ),
                format!("ALTER TABLE visits ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"),
            ];
            tx.execute_script(IMPATIENT.into()).await?;
            for sql in run {
                tx.fetch_composed(sql, &[]).await?;
            }
            Ok(())
        })
    }

    /// Whether a day lies in the partition of what was there before there were days.
    async fn is_before_days(&self, start: Timestamp) -> Result<bool, StoreError> {
        let bound = "SELECT CAST((regexp_match(pg_get_expr(relpartbound, oid), 'TO \\(''(-?[0-9]+)''\\)'))[1] AS BIGINT) AS ends \
                     FROM pg_class WHERE oid = CAST('visits_before' AS regclass)";
        Ok(start.0 < self.db.fetch_one(bound, &[]).await?.int("ends")?)
    }

    /// The days that have a partition.
    async fn days(&self) -> Result<Vec<Timestamp>, StoreError> {
        let rows = self.db.fetch_all(DAYS, &[]).await?;
        let names: Vec<String> = rows.iter().map(|row| row.text("name")).collect::<Result<_, _>>()?;
        Ok(names.iter().filter_map(|name| start_of(name)).collect())
    }

    /// Deletes visits that began before a time. A partition goes when its whole day has had its time.
    pub(crate) async fn purge_visits(&self, before: Timestamp) -> Result<u64, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return self.delete(EXPIRED, before.0).await;
        }
        let mut deleted = 0;
        for start in self.days().await?.into_iter().filter(|start| *start + DAY_S <= before) {
            match self.drop_day(start).await {
                Ok(rows) => deleted += rows,
                // Somebody has it in use: in the next round.
                Err(error) if error.is_unavailable() => {
                    tracing::info!(%error, "a day of visits stays a while longer");
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

    async fn drop_day(&self, start: Timestamp) -> Result<u64, StoreError> {
        let name = name_of(start);
        transaction!(self.db, tx => {
            tx.execute_script(IMPATIENT.into()).await?;
            let count = tx.fetch_composed(format!("SELECT COUNT(*) AS rows FROM {name}"), &[]).await?;
            let rows = count.first().ok_or(StoreError::Corrupt("an aggregate"))?.small("rows")?;
            tx.fetch_composed(format!("DROP TABLE {name}"), &[]).await?;
            Ok(rows)
        })
    }
}

/// `visits_day_19675`: by the number of days in Vietnam since 1970.
fn name_of(start: Timestamp) -> String {
    format!("visits_day_{}", (start.0 - day_start(Timestamp(0)).0) / DAY_S)
}

fn start_of(name: &str) -> Option<Timestamp> {
    let number: i64 = name.strip_prefix("visits_day_")?.parse().ok()?;
    Some(day_start(Timestamp(0)) + number * DAY_S)
}
