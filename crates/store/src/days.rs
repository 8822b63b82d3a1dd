//! A partition a day, on PostgreSQL: what has had its time is dropped as a table, without reading it.
//!
//! A day is one of Vietnam's. Partitions are made some days ahead; a row of no such day - nobody made it yet, or a clock is far off -
//! goes to `…_rest`, and from there to its day when that is made.

use crate::Store;
use crate::db::{Db, Lock, Tx, transaction};
use crate::error::StoreError;
use crate::retention::Retention;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::visit::day_start;
use bluezone_protocol::time::DAY_S;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A table of which each day is a partition.
pub(crate) struct Daily {
    /// Its name.
    pub table: &'static str,
    /// The column that says of which day a row is.
    at: &'static str,
    /// What its rows refer to, which is locked while a day becomes a part of it.
    refers_to: &'static str,
    /// Percent of a page that rows fill when they are new.
    filled: u32,
    /// What each day has for itself, besides the indexes of the whole table. `{day}` is its name.
    own: &'static [&'static str],
    /// Deletes rows, some at a time, where there are no days.
    pub expired: &'static str,
    /// Deletes what lies in no day, some rows at a time.
    pub expired_of_no_day: [&'static str; 2],
}

macro_rules! expired {
    ($table:literal, $at:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE id IN (SELECT id FROM ",
            $table,
            " WHERE ",
            $at,
            " < $1 LIMIT $2)"
        )
    };
}

/// By when somebody came: what is asked for while they wait looks at one table, as their hash is of one day, too.
pub(crate) const VISITS: Daily = Daily {
    table: "visits",
    at: "entered_at",
    refers_to: "places, vault_keys",
    // The rest is for their ends, of which the indexes then learn nothing.
    filled: 85,
    own: &[],
    expired: expired!("visits", "entered_at"),
    expired_of_no_day: [expired!("visits_rest", "entered_at"), expired!("visits_before", "entered_at")],
};

/// By when they arrived.
pub(crate) const DECLARATIONS: Daily = Daily {
    table: "declarations",
    at: "received_at",
    refers_to: "citizens, profiles, officers, vault_keys",
    filled: 100,
    own: &[
        "ALTER TABLE {day} ADD PRIMARY KEY (id)",
        "CREATE UNIQUE INDEX {day}_daily ON {day} (profile_id, day) WHERE daily = 1",
    ],
    expired: expired!("declarations", "received_at"),
    expired_of_no_day: [
        expired!("declarations_rest", "received_at"),
        expired!("declarations_before", "received_at"),
    ],
};

const ALL: [&Daily; 2] = [&VISITS, &DECLARATIONS];

/// Days that are made ahead, besides today: a job may be down for a week.
const AHEAD: i64 = 7;
/// Whoever changes a partition waits for everybody who reads or writes the table, and everybody after waits for them: not for
/// long, then. It is tried again in the job's next round.
const IMPATIENT: &str = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0";

/// The same for what may be done at any time of the day while everybody who checks in or declares waits behind it: to make a day of which
/// there is nothing yet, on busy days (`Plans::Kept` locks all days); and to drop one that has just had its time. A report that reads for an
/// hour would have them wait in each of the job's rounds; so that is tried again in some minutes only.
const BRIEF: &str = "SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = 0";
const AGAIN_S: i64 = 300;
/// What is there for so much longer than it may be is waited for as long as a new day, and told of ([`Store::check_days`]).
const OVERDUE_S: i64 = 6 * 3600;

/// Of another database's days the latest so many: a clock that was far off makes no table for each of its days.
const MOST_DAYS: i64 = 60;

/// The rows of a day of this size, in bytes, are still counted when it goes. Of a larger one PostgreSQL's estimate is told.
const COUNTED: i64 = 8 << 20;

const DAYS: &str = "SELECT CAST(c.relname AS TEXT) AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                    WHERE i.inhparent = CAST(CAST($1 AS TEXT) AS regclass) ORDER BY 1";

/// When days of a table were found in use, by the time before which its rows go, which goes on as the clock does.
#[derive(Default)]
pub(crate) struct DaysInUse(Mutex<HashMap<&'static str, Timestamp>>);

impl DaysInUse {
    fn rests(&self, of: &Daily, before: Timestamp) -> bool {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(of.table).copied();
        found.is_some_and(|found| (0..AGAIN_S).contains(&(before - found)))
    }

    fn found(&self, of: &Daily, before: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(of.table, before);
    }
}

impl Store {
    /// Makes the partitions of visits and of declarations for today and the days to come, as far as they are not there and nobody has
    /// the table in use. Returns how many it made; none on SQLite.
    pub async fn make_days(&self, now: Timestamp) -> Result<u32, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(0);
        }
        let mut made = 0;
        for of in ALL {
            made += of.make(&self.db, now).await?;
        }
        Ok(made)
    }

    /// Whether what should have been deleted is, and what is to come has its place, as far as days go: both wait for those who have a
    /// table in use.
    ///
    /// # Errors
    /// [`StoreError::Overdue`] and [`StoreError::NoDay`].
    pub async fn check_days(&self, now: Timestamp, retention: &Retention) -> Result<(), StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(());
        }
        for (of, kept_s) in [(&VISITS, retention.visits_s), (&DECLARATIONS, retention.declarations_s)] {
            let first = of.days(&self.db).await?.first().copied();
            if first.is_some_and(|first| is_overdue(first, now - kept_s)) {
                return Err(StoreError::Overdue(of.table));
            }
        }
        for of in ALL {
            let soon = [now, now + DAY_S].map(day_start);
            if !of.missing(&self.db, soon).await?.is_empty() {
                return Err(StoreError::NoDay(of.table));
            }
        }
        Ok(())
    }

    /// Deletes rows that are of before a time. On PostgreSQL a partition goes when its whole day has had its time.
    pub(crate) async fn purge_days(&self, of: &Daily, before: Timestamp) -> Result<u64, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return self.delete(of.expired, before.0).await;
        }
        let mut deleted = 0;
        let rests = self.days_in_use.rests(of, before);
        let over = |start: &Timestamp| !rests && *start + DAY_S <= before;
        for start in of.days(&self.db).await?.into_iter().filter(over) {
            let overdue = is_overdue(start, before);
            match of.drop_day(&self.db, start, overdue).await {
                Ok(rows) => deleted += rows,
                Err(error) if is_in_use(&error) => {
                    tracing::info!(%error, table = of.table, "a day stays a while longer");
                    self.days_in_use.found(of, before);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        for sql in of.expired_of_no_day {
            deleted += self.delete(sql, before.0).await?;
        }
        Ok(deleted)
    }
}

impl Daily {
    async fn make(&self, db: &Db, now: Timestamp) -> Result<u32, StoreError> {
        let days = (0..=AHEAD).map(|ahead| day_start(now + ahead * DAY_S));
        let mut made = 0;
        for start in self.missing(db, days).await? {
            match self.make_day(db, start).await {
                Ok(new) => made += u32::from(new),
                Err(error) if is_in_use(&error) => {
                    tracing::info!(%error, table = self.table, "a day is made later");
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    async fn drop_day(&self, db: &Db, start: Timestamp, overdue: bool) -> Result<u64, StoreError> {
        let name = self.name_of(start);
        transaction!(db, tx => {
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

    /// Those that have no partition and can have one.
    async fn missing(
        &self,
        db: &Db,
        wanted: impl IntoIterator<Item = Timestamp>,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let (there, first) = (self.days(db).await?, self.first_day(db).await?);
        Ok(wanted.into_iter().filter(|start| *start >= first && !there.contains(start)).collect())
    }

    /// Whether it was made: it was not there, and nobody came just now whose row would have to be moved.
    ///
    /// A statement that waits for `…_rest` was planned without the new table, and would look for rows where they no longer are.
    /// So those that lie there are moved only while nobody has the table in use at all: whoever waits for that begins anew.
    async fn make_day(&self, db: &Db, start: Timestamp) -> Result<bool, StoreError> {
        let Daily { table, at, filled, refers_to, .. } = self;
        let (name, from, to) = (self.name_of(start), start.0, start.0 + DAY_S);
        let of_day = format!("FROM {table}_rest WHERE {at} >= {from} AND {at} < {to}");
        let some = format!("SELECT 1 AS one {of_day} LIMIT 1");
        let mut run = vec![format!(
            "CREATE TABLE {name} (LIKE {table} INCLUDING INDEXES INCLUDING STORAGE) WITH (fillfactor = {filled})"
        )];
        run.extend(self.own.iter().map(|sql| sql.replace("{day}", &name)));
        // What goes with a row that is deleted stays with one that moves. (Before PostgreSQL 15 `USER` did not mean a partition's.)
        run.push(format!("ALTER TABLE {table}_rest DISABLE TRIGGER USER"));
        run.push(format!(
            "WITH moved AS (DELETE {of_day} RETURNING *) INSERT INTO {name} SELECT * FROM moved"
        ));
        run.push(format!("ALTER TABLE {table}_rest ENABLE TRIGGER USER"));
        run.push(format!("ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"));
        transaction!(db, tx => {
            tx.execute_script(IMPATIENT.into()).await?;
            tx.lock(Lock::Days).await?;
            if extent(&mut tx, &name).await?.is_some() {
                return Ok(false);
            }
            let to_move = !tx.fetch_composed(some.clone(), &[]).await?.is_empty();
            let in_use = if to_move { (*table).to_owned() } else { format!("{table}_rest") };
            tx.execute_script(if to_move { IMPATIENT } else { BRIEF }.into()).await?;
            // First, as those who write take them: whoever has changed a profile waits for nothing that is held here.
            tx.fetch_composed(format!("LOCK TABLE {refers_to} IN SHARE ROW EXCLUSIVE MODE"), &[]).await?;
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
    async fn first_day(&self, db: &Db) -> Result<Timestamp, StoreError> {
        let bound = "SELECT CAST((regexp_match(pg_get_expr(relpartbound, oid), 'TO \\(''(-?[0-9]+)''\\)'))[1] AS BIGINT) AS ends \
                     FROM pg_class WHERE oid = CAST(CAST($1 AS TEXT) AS regclass)";
        db.fetch_one(bound, values![format!("{}_before", self.table)]).await?.time("ends")
    }

    /// The days that have a partition, the first first.
    pub(crate) async fn days(&self, db: &Db) -> Result<Vec<Timestamp>, StoreError> {
        let rows = db.fetch_all(DAYS, values![self.table]).await?;
        let names: Vec<String> = rows.iter().map(|row| row.text("name")).collect::<Result<_, _>>()?;
        let mut days: Vec<_> = names.iter().filter_map(|name| self.start_of(name)).collect();
        days.sort_unstable();
        Ok(days)
    }

    /// `visits_day_19675`: by the number of days in Vietnam since 1970.
    pub(crate) fn name_of(&self, start: Timestamp) -> String {
        format!("{}_day_{}", self.table, (start.0 - day_start(Timestamp(0)).0) / DAY_S)
    }

    fn start_of(&self, name: &str) -> Option<Timestamp> {
        let number: i64 = name.strip_prefix(self.table)?.strip_prefix("_day_")?.parse().ok()?;
        Some(day_start(Timestamp(0)) + number * DAY_S)
    }
}

/// Whether somebody has a table in use for longer than is waited for them, or waits for what the other has already; or the database
/// takes nothing at the moment.
fn is_in_use(error: &StoreError) -> bool {
    error.is_unavailable() || error.is_transient()
}

/// Whether a day, which goes as of this time, should have gone hours ago.
fn is_overdue(start: Timestamp, before: Timestamp) -> bool {
    before - (start + DAY_S) > OVERDUE_S
}

/// Makes the partitions of the days of which another database has rows, so that each of them comes to its day at once.
pub(crate) async fn make_days_of(db: &Db, other: &mut Tx) -> Result<(), StoreError> {
    let midnight = day_start(Timestamp(0));
    for of in ALL {
        let Daily { table, at, .. } = of;
        let sql = format!("SELECT DISTINCT ({at} + $1) / $2 AS day FROM {table} ORDER BY day DESC LIMIT $3");
        let rows = other.fetch_composed(sql, values![-midnight.0, DAY_S, MOST_DAYS]).await?;
        let days = rows.iter().map(|row| Ok(midnight + row.int("day")? * DAY_S));
        for start in of.missing(db, days.collect::<Result<Vec<_>, StoreError>>()?).await? {
            of.make_day(db, start).await?;
        }
    }
    Ok(())
}

/// The bytes of a day and its rows by PostgreSQL's estimate; none if it is not there. Another node may have made or dropped it since
/// its name was read: asked under [`Lock::Days`].
async fn extent(tx: &mut Tx, name: &str) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT pg_table_size(oid) AS bytes, CAST(GREATEST(reltuples, 0) AS BIGINT) AS about FROM pg_class \
               WHERE oid = to_regclass($1)";
    tx.fetch_optional(sql, values![name]).await
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
