//! Check-ins that come at the same time, on PostgreSQL: one transaction, and one statement for each step of all of them.
//!
//! It does what one alone does and no more: whatever is out of the ordinary is left to a transaction of its own.

use super::coming::{Coming, INSERT, INSERT_COLUMNS, id_at, known_from};
use super::{CheckedIn, select, visit_from};
use crate::batch::Arrays;
use crate::db::{Db, Plans, Tx, Value, halves, transaction};
use crate::error::StoreError;
use crate::group::{Member, or_one_by_one};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::place_warning::MAX_MARGIN_S;
use bluezone_domain::visit::{Arranged, Ending, Stay, Visit, arrange, day_start, overlaps};
use bluezone_protocol::time::DAY_S;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Locks each person's day, then the places of the visits: whoever approves a warning of a place has its row, and waits for the
/// visits that are being written there. A place that somebody has is left out, so that nobody waits for it but its own visitors; and
/// so is a person's day that somebody has: one of these visitors, who comes a second time.
const LOCK: &str = "WITH asked AS MATERIALIZED (SELECT a, b, pg_try_advisory_xact_lock(CAST(a AS INT), CAST(b AS INT)) AS got \
     FROM UNNEST(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS halves (a, b)), \
     free AS MATERIALIZED (SELECT id FROM places WHERE id = ANY(CAST($3 AS TEXT[])) AND (SELECT COUNT(*) FROM asked) >= 0 \
     FOR KEY SHARE SKIP LOCKED) \
     SELECT id, CAST(NULL AS BIGINT) AS a, CAST(NULL AS BIGINT) AS b FROM free \
     UNION ALL SELECT NULL, a, b FROM asked WHERE got";
/// Whose the visits are that have these names already; the visits of the people's days, with where the places stand; the warnings
/// that were approved of the places. The times only say which days are looked at: a hash is of one day. Each visit has its place; were
/// it not a left join, a plan for any times might go through all visits of the few places that there are.
const KNOWN: &str = "SELECT 'name' AS what, visitor_hash, id, place_id, entered_at, ends_at, ending, \
     '' AS kind, '' AS province, '' AS commune, 0 AS margin_s \
     FROM visits WHERE id = ANY(CAST($1 AS TEXT[])) AND entered_at >= $4 AND entered_at < $5 \
     UNION ALL SELECT 'day', v.visitor_hash, v.id, v.place_id, v.entered_at, v.ends_at, v.ending, \
     p.kind, p.province, p.commune, 0 FROM visits v LEFT JOIN places p ON p.id = v.place_id \
     WHERE v.visitor_hash = ANY(CAST($2 AS BYTEA[])) AND v.entered_at >= $6 AND v.entered_at < $7 \
     UNION ALL SELECT 'warning', NULL, '', place, starts_at, ends_at, '', '', '', '', margin_s FROM place_warnings \
     WHERE state = 'approved' AND place = ANY(CAST($3 AS TEXT[])) AND ends_at >= $8";
const THERE: &str = select!("WHERE id = ANY(CAST($1 AS TEXT[])) AND entered_at >= $2 AND entered_at < $3");
/// A visit that ended meanwhile, because somebody said so, keeps that end ([`super::PUT_END`]).
const PUT_ENDS: &str = "UPDATE visits SET ends_at = ended.ends_at, ending = ended.ending \
     FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[])) \
     AS ended (id, entered_at, ends_at, ending) WHERE visits.id = ANY(CAST($1 AS TEXT[])) \
     AND visits.id = ended.id AND visits.entered_at = ended.entered_at \
     AND visits.entered_at >= $5 AND visits.entered_at < $6 AND visits.ends_at > ended.ends_at \
     AND visits.ending NOT IN ('scan', 'button')";
const END_COLUMNS: usize = 4;
/// A day with fewer visits lies on so few pages that the planner finds any index of it as good as another.
pub(crate) const QUIET: usize = 20_000;

/// With the arrays of each, and single values.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 4] = [
    ("places of visits", LOCK, &["BIGINT[]", "BIGINT[]", "TEXT[]"]),
    ("known visits and warnings", KNOWN, &["TEXT[]", "BYTEA[]", "TEXT[]", "", "", "", "", ""]),
    ("visits that are there", THERE, &["TEXT[]", "", ""]),
    ("ends of visits", PUT_ENDS, &["TEXT[]", "BIGINT[]", "BIGINT[]", "TEXT[]", "", ""]),
];

impl Member for Arc<Coming> {
    type Answer = Option<CheckedIn>;

    /// The person's day, then the visit: of two visits of one person the later is arranged when the first is written.
    fn marks(&self) -> Vec<&[u8]> {
        vec![&self.hash, self.id.as_bytes()]
    }
}

impl Store {
    /// Keeps a visit together with those that come now. None: it is to be kept by itself.
    pub(super) async fn come_together(&self, coming: &Arc<Coming>) -> Result<Option<CheckedIn>, StoreError> {
        if let Db::Sqlite { .. } = self.db {
            return Ok(None);
        }
        let store = self.clone();
        let run = move |all: Vec<Arc<Coming>>| {
            let store = store.clone();
            async move {
                let newest = newest_day(&all);
                let plans = store.groups.busy_day.plans(newest, all.len());
                let result = transaction!(store.db, begin_batch(plans), tx => {
                    store.come_all(&mut tx, &all, newest).await
                });
                or_one_by_one(all.len(), result)
            }
        };
        self.groups.visits.join(coming.clone(), run).await
    }

    async fn come_all(
        &self,
        tx: &mut Tx,
        all: &[Arc<Coming>],
        newest: Timestamp,
    ) -> Result<Vec<Option<CheckedIn>>, StoreError> {
        let mut came: Vec<Option<CheckedIn>> = all.iter().map(|_| None).collect();
        // Who tells a visit days later would have the batch look at each day between.
        let near = |one: &&Arc<Coming>| (one.day() - newest).abs() <= DAY_S;
        let days = || all.iter().filter(near).map(|one| one.day());
        let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(came) };
        let until = last + DAY_S;
        let days = Days { newest, first, until };
        let known = Among::of(tx, all.iter().filter(near), days).await?;
        let (mut rows, mut ends, mut there) = (Vec::new(), Vec::new(), Vec::new());
        let locked =
            |one: &Coming| known.days.contains(&halves(&one.hash)) && known.places.contains(&one.place);
        let together = |one: &&Arc<Coming>| near(one) && locked(one);
        for (number, one) in all.iter().enumerate().filter(|(_, one)| together(one)) {
            if let Some((hash, from)) = known.whose.get(&one.id) {
                if *hash == one.hash {
                    there.push((number, one.id.clone(), *from));
                }
                continue;
            }
            let known_rows = known.of_days.get(&one.hash).map_or(&[][..], Vec::as_slice);
            let of_day = known_rows.iter().map(known_from).collect::<Result<Vec<_>, _>>()?;
            let (stay, suspicions, ended) = match arrange(&one.known, &of_day) {
                Arranged::Inside(at) => {
                    let from = of_day.get(at).ok_or(StoreError::Corrupt("entered_at"))?.stay.from;
                    there.push((number, id_at(known_rows, at)?, from));
                    continue;
                }
                Arranged::New { stay, suspicions, ended } => (stay, suspicions, ended),
            };
            let visit = one.arranged(stay, suspicions);
            if known.is_warned(&one.place, &visit) {
                continue;
            }
            for (at, stay) in ended {
                let id = id_at(known_rows, at)?;
                ends.push(values![id, stay.from, stay.to, stay.ending.as_str()].to_vec());
            }
            rows.push(one.row(&visit));
            came[number] = Some(CheckedIn::New(visit));
        }
        write(tx, &rows, &ends, days).await?;
        self.find_there(tx, all, &there, newest, &mut came).await?;
        Ok(came)
    }

    /// The visits of those who were there already.
    async fn find_there(
        &self,
        tx: &mut Tx,
        all: &[Arc<Coming>],
        there: &[(usize, String, Timestamp)],
        newest: Timestamp,
        came: &mut [Option<CheckedIn>],
    ) -> Result<(), StoreError> {
        let began = || there.iter().map(|(.., from)| *from);
        let (Some(first), Some(last)) = (began().min(), began().max()) else { return Ok(()) };
        let ids = there.iter().map(|(_, id, _)| id.as_str());
        // Of no more days than they began on: each is looked up in each.
        let arrays = Arrays::default().texts(ids).values(values![first, last + 1]);
        let rows = tx.fetch_arrays(planned_daily(THERE, newest), arrays).await?;
        let ring = self.ring_for(&rows).await?;
        let mut visits = HashMap::new();
        for row in &rows {
            visits.insert(row.text("id")?, visit_from(row, &ring)?);
        }
        for (number, id, _) in there {
            let visit = visits.get(id).filter(|visit| visit.place == all[*number].visit.place);
            came[*number] = visit.cloned().map(CheckedIn::Already);
        }
        Ok(())
    }
}

/// Writes down those that are new, and those that end by them, which there are only with new ones.
async fn write(tx: &mut Tx, rows: &[Vec<Value>], ends: &[Vec<Value>], days: Days) -> Result<(), StoreError> {
    if ends.is_empty() {
        return tx.insert_rows(INSERT, INSERT_COLUMNS, rows).await;
    }
    let mut arrays = Arrays::default();
    arrays.rows(ends.iter().map(Vec::as_slice), END_COLUMNS)?;
    let mut arrays = arrays.values(values![days.first, days.until]);
    let new = arrays.rows(rows.iter().map(Vec::as_slice), INSERT_COLUMNS)?;
    let sql = format!("WITH ended AS ({PUT_ENDS}) {INSERT} SELECT * FROM {new}");
    tx.fetch_arrays(planned_daily(&sql, days.newest), arrays).await.map(drop)
}

/// The days of a batch: the newest on which one of it was told, and the time on whose days the visits began.
#[derive(Clone, Copy)]
struct Days {
    newest: Timestamp,
    first: Timestamp,
    until: Timestamp,
}

fn newest_day(all: &[Arc<Coming>]) -> Timestamp {
    all.iter().map(|one| day_start(one.visit.recorded_at)).max().unwrap_or(Timestamp(0))
}

/// A statement that is planned again on each day: yesterday's plan was made when today's table was empty.
fn planned_daily(sql: &str, day: Timestamp) -> String {
    format!("{sql} /* {} */", day.0)
}

/// The day of the last batch, and how many were in batches since one was of another day.
#[derive(Default)]
pub(crate) struct BusyDay(Mutex<(Timestamp, usize)>);

impl BusyDay {
    /// For a batch of so many: plans are kept when the day's table is so large that they are the right ones.
    fn plans(&self, day: Timestamp, many: usize) -> Plans {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != day {
            *last = (day, 0);
        }
        last.1 += many;
        if last.1 > QUIET { Plans::Kept } else { Plans::Anew }
    }

    /// As if so many had come that plans are kept.
    #[cfg(feature = "testing")]
    pub fn make_busy(&self, day: Timestamp) {
        self.plans(day, QUIET);
    }
}

/// What is known where visits are to be put.
#[derive(Default)]
struct Among {
    /// The people's days that were locked.
    days: HashSet<[i32; 2]>,
    /// The places that were locked.
    places: HashSet<String>,
    /// Whose the visits are that are there under these names, and when they began.
    whose: HashMap<String, (Hash, Timestamp)>,
    /// The visits of a person's day, by its hash.
    of_days: HashMap<Hash, Vec<Row>>,
    /// The warnings that were approved of a place.
    warned: HashMap<String, Vec<(Stay, i64)>>,
}

impl Among {
    /// Read when days and places are locked: see [`crate::place_warnings::telling`].
    async fn of<'a>(
        tx: &mut Tx,
        all: impl Iterator<Item = &'a Arc<Coming>> + Clone,
        Days { newest, first, until }: Days,
    ) -> Result<Among, StoreError> {
        let mut known = Among::default();
        let locks = all.clone().map(|one| halves(&one.hash));
        let [a, b] = [0, 1].map(|half| locks.clone().map(move |lock| i64::from(lock[half])));
        let arrays = Arrays::default().ints(a).ints(b).texts(all.clone().map(|one| one.place.as_str()));
        for row in tx.fetch_arrays(LOCK, arrays).await? {
            match row.opt_text("id")? {
                Some(place) => drop(known.places.insert(place)),
                None => drop(known.days.insert([row.small("a")?, row.small("b")?])),
            }
        }
        let from = all.clone().map(|one| one.visit.stay.from).min().unwrap_or(first);
        let arrays = Arrays::default()
            .texts(all.clone().map(|one| one.id.as_str()))
            .bytes(all.clone().map(|one| &one.hash[..]))
            .texts(all.map(|one| one.place.as_str()))
            .values(values![first - DAY_S, until + DAY_S, first, until, from - MAX_MARGIN_S]);
        for row in tx.fetch_arrays(planned_daily(KNOWN, newest), arrays).await? {
            match row.text("what")?.as_str() {
                "name" => {
                    let of = (row.array("visitor_hash")?, row.time("entered_at")?);
                    known.whose.insert(row.text("id")?, of);
                }
                "day" => known.of_days.entry(row.array("visitor_hash")?).or_default().push(row),
                _ => {
                    let (from, to) = (row.time("entered_at")?, row.time("ends_at")?);
                    let stay = Stay { from, to, ending: Ending::Scan };
                    let of_place = known.warned.entry(row.text("place_id")?).or_default();
                    of_place.push((stay, row.int("margin_s")?));
                }
            }
        }
        for rows in known.of_days.values_mut() {
            rows.sort_by_cached_key(|row| (row.int("entered_at").ok(), row.text("id").ok()));
        }
        Ok(known)
    }

    /// Whether somebody is to be told of a warning.
    fn is_warned(&self, place: &str, visit: &Visit) -> bool {
        let of_place = self.warned.get(place);
        of_place.is_some_and(|all| all.iter().any(|(time, margin)| overlaps(&visit.stay, time, *margin)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_kept_when_many_have_come_on_a_day() {
        let (busy, day) = (BusyDay::default(), Timestamp(0));
        assert_eq!(busy.plans(day, QUIET), Plans::Anew);
        assert_eq!(busy.plans(day, 1), Plans::Kept);
        assert_eq!(busy.plans(day + DAY_S, 1), Plans::Anew);
        assert_eq!(busy.plans(day + DAY_S, QUIET), Plans::Kept);
    }
}
