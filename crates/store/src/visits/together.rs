//! Check-ins that come at the same time, on PostgreSQL: one transaction, and one statement for each step of all of them.
//!
//! It does what one alone does and no more: whatever is out of the ordinary is left to a transaction of its own.

use super::coming::{Coming, INSERT, INSERT_COLUMNS, id_at, known_from, of_day};
use super::{CheckedIn, select, visit_from};
use crate::Store;
use crate::db::{Db, Tx, Value, transaction};
use crate::error::StoreError;
use crate::group::{Member, or_one_by_one};
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::place_warning::MAX_MARGIN_S;
use bluezone_domain::visit::{Arranged, Ending, Stay, Visit, arrange, overlaps};
use bluezone_protocol::time::DAY_S;
use std::collections::HashMap;
use std::sync::Arc;

/// The times in the statements only say which days are looked at: a hash is of one day.
const WHOSE: &str = "SELECT id, visitor_hash FROM visits \
     WHERE id = ANY(CAST($1 AS TEXT[])) AND entered_at >= $2 AND entered_at < $3";
const OF_DAYS: &str = of_day!("= ANY(CAST($1 AS BYTEA[]))");
const THERE: &str = select!("WHERE id = ANY(CAST($1 AS TEXT[])) AND entered_at >= $2 AND entered_at < $3");
/// Whoever approves a warning of a place locks its row, and so waits for the visits that are being written there.
const PLACES: &str = "SELECT id FROM places WHERE id = ANY(CAST($1 AS TEXT[])) ORDER BY id FOR KEY SHARE";
const WARNED: &str = "SELECT place, starts_at, ends_at, margin_s FROM place_warnings \
     WHERE state = 'approved' AND place = ANY(CAST($1 AS TEXT[])) AND ends_at >= $2";
const PUT_ENDS: &str = "UPDATE visits SET ends_at = ended.ends_at, ending = ended.ending \
     FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[])) \
     AS ended (id, entered_at, ends_at, ending) WHERE visits.id = ended.id AND visits.entered_at = ended.entered_at \
     AND visits.entered_at >= $5 AND visits.entered_at < $6";

/// With the arrays of each, and single values.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 6] = [
    ("whose visits", WHOSE, &["TEXT[]", "", ""]),
    ("visits of days", OF_DAYS, &["BYTEA[]", "", ""]),
    ("visits that are there", THERE, &["TEXT[]", "", ""]),
    ("places of visits", PLACES, &["TEXT[]"]),
    ("warnings of places", WARNED, &["TEXT[]", ""]),
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
                let result =
                    transaction!(store.db, begin_batch, tx => { store.come_all(&mut tx, &all).await });
                or_one_by_one(all.len(), result)
            }
        };
        self.groups.visits.join(coming.clone(), run).await
    }

    async fn come_all(&self, tx: &mut Tx, all: &[Arc<Coming>]) -> Result<Vec<Option<CheckedIn>>, StoreError> {
        tx.lock_hashes(all.iter().map(|one| &one.hash)).await?;
        let days = || all.iter().map(|one| one.day());
        let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(Vec::new()) };
        let around = values![first - DAY_S, last + 2 * DAY_S];
        let mut whose = HashMap::new();
        for row in tx.fetch_batch(WHOSE, &column(all, |one| one.visit.id), around).await? {
            whose.insert(row.text("id")?, row.array::<32>("visitor_hash")?);
        }
        let mut of_days: HashMap<_, Vec<Row>> = HashMap::new();
        let hashes = column(all, |one| one.hash);
        for row in tx.fetch_batch(OF_DAYS, &hashes, values![first, last + DAY_S]).await? {
            of_days.entry(row.array::<32>("visitor_hash")?).or_default().push(row);
        }
        let warned = Warned::of(tx, all).await?;
        let (mut rows, mut ends, mut there) = (Vec::new(), Vec::new(), Vec::new());
        let mut came: Vec<Option<CheckedIn>> = Vec::with_capacity(all.len());
        for (number, one) in all.iter().enumerate() {
            came.push(None);
            if let Some(hash) = whose.get(&one.id) {
                if *hash == one.hash {
                    there.push((number, one.id.clone()));
                }
                continue;
            }
            let known_rows = of_days.get(&one.hash).map_or(&[][..], Vec::as_slice);
            let known = known_rows.iter().map(known_from).collect::<Result<Vec<_>, _>>()?;
            let (stay, suspicions, ended) = match arrange(&one.known, &known) {
                Arranged::Inside(at) => {
                    there.push((number, id_at(known_rows, at)?));
                    continue;
                }
                Arranged::New { stay, suspicions, ended } => (stay, suspicions, ended),
            };
            let visit = one.arranged(stay, suspicions);
            if warned.of_visit(&visit) {
                continue;
            }
            for (at, stay) in ended {
                let id = id_at(known_rows, at)?;
                ends.push(values![id, stay.from, stay.to, stay.ending.as_str()].to_vec());
            }
            rows.push(one.row(&visit));
            came[number] = Some(CheckedIn::New(visit));
        }
        tx.execute_batch(PUT_ENDS, &ends, values![first, last + DAY_S]).await?;
        tx.insert_rows(INSERT, INSERT_COLUMNS, &rows).await?;
        self.find_there(tx, all, around, &there, &mut came).await?;
        Ok(came)
    }

    /// The visits of those who were there already.
    async fn find_there(
        &self,
        tx: &mut Tx,
        all: &[Arc<Coming>],
        around: &[Value],
        there: &[(usize, String)],
        came: &mut [Option<CheckedIn>],
    ) -> Result<(), StoreError> {
        let ids: Vec<_> = there.iter().map(|(_, id)| values![id].to_vec()).collect();
        let rows = tx.fetch_batch(THERE, &ids, around).await?;
        let ring = self.ring_for(&rows).await?;
        let mut visits = HashMap::new();
        for row in &rows {
            visits.insert(row.text("id")?, visit_from(row, &ring)?);
        }
        for (number, id) in there {
            let visit = visits.get(id).filter(|visit| visit.place == all[*number].visit.place);
            came[*number] = visit.cloned().map(CheckedIn::Already);
        }
        Ok(())
    }
}

/// A column of one value each.
fn column<V: Into<Value>>(all: &[Arc<Coming>], value: impl Fn(&Coming) -> V) -> Vec<Vec<Value>> {
    all.iter().map(|one| vec![value(one).into()]).collect()
}

/// The warnings that were approved of the places.
struct Warned(HashMap<String, Vec<(Stay, i64)>>);

impl Warned {
    /// Read when the places' rows are locked: see [`crate::place_warnings::telling`].
    async fn of(tx: &mut Tx, all: &[Arc<Coming>]) -> Result<Warned, StoreError> {
        let places = column(all, |one| one.visit.place);
        tx.fetch_batch(PLACES, &places, &[]).await?;
        let first = all.iter().map(|one| one.visit.stay.from).min().unwrap_or(Timestamp(0));
        let mut warned: HashMap<String, Vec<(Stay, i64)>> = HashMap::new();
        for row in tx.fetch_batch(WARNED, &places, values![first - MAX_MARGIN_S]).await? {
            let stay = Stay { from: row.time("starts_at")?, to: row.time("ends_at")?, ending: Ending::Scan };
            warned.entry(row.text("place")?).or_default().push((stay, row.int("margin_s")?));
        }
        Ok(Warned(warned))
    }

    /// Whether somebody is to be told of one.
    fn of_visit(&self, visit: &Visit) -> bool {
        let of_place = self.0.get(&visit.place.to_string());
        of_place.is_some_and(|all| all.iter().any(|(time, margin)| overlaps(&visit.stay, time, *margin)))
    }
}
