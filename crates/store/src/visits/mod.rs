//! Visits: written when somebody comes or goes, read by place or by person, never by who it was in the database.

mod coming;
mod going;
mod together;

pub use coming::CheckedIn;
pub(crate) use coming::Coming;
#[cfg(test)]
pub(crate) use coming::{OF_DAY, PUT_END, WHOSE};
#[cfg(test)]
pub(crate) use going::{STAY, THERE};
pub(crate) use together::BusyDay;
#[cfg(test)]
pub(crate) use together::{BATCHES, QUIET};

use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{self, Ring};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::{ProfileId, VisitId};
use bluezone_domain::place::PlaceCode;
use bluezone_domain::visit::{RETENTION_DAYS, Stay, Suspicions, Visit, Visitor, day_start};
use bluezone_protocol::time::DAY_S;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, place_id, entered_at, ends_at, ending, entry, suspicions, details, vault_key, recorded_at \
             FROM visits ",
            $rest
        )
    };
}
use select;

const BY_ID: &str = select!("WHERE id = $1");
/// No day but those that somebody's visit may be on.
pub(crate) const BY_ID_AROUND: &str = select!("WHERE id = $1 AND entered_at >= $2 AND entered_at < $3");
const OF_VISITORS: &str = select!("WHERE visitor_hash IN");
/// No stay is longer than a day.
pub(crate) const AT_PLACE: &str = select!(
    "WHERE place_id = $1 AND entered_at >= $2 AND entered_at <= $3 AND ends_at >= $4 ORDER BY entered_at, id"
);
pub(crate) const STAYS: &str = "SELECT entered_at, ends_at, ending FROM visits \
     WHERE place_id = $1 AND entered_at >= $2 AND entered_at <= $3 AND ends_at >= $4 ORDER BY entered_at, id";

impl Store {
    /// A visit.
    pub async fn visit(&self, id: VisitId) -> Result<Option<Visit>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(BY_ID, values![id]).await?.into_iter().collect();
        Ok(self.visits_from(&rows).await?.pop())
    }

    /// Visits of a place with any part between two times, or within `margin_s` seconds of them, in the order in which they
    /// began.
    pub async fn visits_overlapping(
        &self,
        place: PlaceCode,
        from: Timestamp,
        to: Timestamp,
        margin_s: i64,
    ) -> Result<Vec<Visit>, StoreError> {
        let rows = self.db.fetch_all(AT_PLACE, &around(place, from - margin_s, to + margin_s)).await?;
        self.visits_from(&rows).await
    }

    /// When people were at a place, of all who were there between two times: for counting, without who it was.
    pub async fn stays_at(
        &self,
        place: PlaceCode,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Stay>, StoreError> {
        let rows = self.db.fetch_all(STAYS, &around(place, from, to)).await?;
        rows.iter().map(stay_from).collect()
    }

    /// Visits that somebody began between two times, in that order.
    pub async fn visits_of_profile(
        &self,
        profile: ProfileId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Visit>, StoreError> {
        self.visits_of_visitor(&Visitor::Profile(profile), from, to).await
    }

    /// Visits that a visitor with or without an account began between two times, in that order.
    pub async fn visits_of_visitor(
        &self,
        visitor: &Visitor,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Visit>, StoreError> {
        let hashes: Vec<_> = self.hashes_of(visitor, from, to)?.into_iter().map(Into::into).collect();
        let rows = self.db.fetch_in(OF_VISITORS, &hashes).await?;
        let mut visits = self.visits_from(&rows).await?;
        visits.retain(|visit| from <= visit.stay.from && visit.stay.from <= to);
        visits.sort_by_key(|visit| (visit.stay.from, visit.id));
        Ok(visits)
    }

    /// Deletes a visit, of this profile alone. `false` if it is none of theirs, or gone.
    pub async fn delete_visit(&self, id: VisitId, profile: ProfileId) -> Result<bool, StoreError> {
        let Some(visit) = self.visit(id).await? else { return Ok(false) };
        if visit.details.visitor != Visitor::Profile(profile) {
            return Ok(false);
        }
        let delete = "DELETE FROM visits WHERE id = $1";
        Ok(transaction!(self.db, tx => { tx.execute(delete, values![id]).await })? > 0)
    }

    /// Deletes the visits that somebody began between two times. Returns how many there were.
    pub async fn delete_visits_of_profile(
        &self,
        profile: ProfileId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<u64, StoreError> {
        let hashes = self.hashes_of(&Visitor::Profile(profile), from, to)?;
        transaction!(self.db, tx => {
            let mut deleted = 0;
            for hash in &hashes {
                let sql = "DELETE FROM visits WHERE visitor_hash = $1 AND entered_at >= $2 AND entered_at <= $3";
                deleted += tx.execute(sql, values![*hash, from, to]).await?;
            }
            Ok(deleted)
        })
    }

    /// The hashes of somebody's days: of as many as visits are kept for, and the day to come of a clock that is ahead.
    fn hashes_of(&self, visitor: &Visitor, from: Timestamp, to: Timestamp) -> Result<Vec<Hash>, StoreError> {
        let vault = self.vault()?;
        let Some(key) = visitor.key() else { return Ok(Vec::new()) };
        let (first, last) = (day_start(from), day_start(to));
        let most = RETENTION_DAYS.end() + 2;
        let days = (0..most).map(|back| last - back * DAY_S).take_while(|day| *day >= first);
        Ok(days.map(|day| vault.visitor_lookup(&key, day)).collect())
    }

    pub(crate) async fn visits_from(&self, rows: &[Row]) -> Result<Vec<Visit>, StoreError> {
        let ring = self.ring_for(rows).await?;
        rows.iter().map(|row| visit_from(row, &ring)).collect()
    }
}

pub(crate) fn around(place: PlaceCode, from: Timestamp, to: Timestamp) -> [crate::db::Value; 4] {
    [place.into(), (from - DAY_S).into(), to.into(), from.into()]
}

fn sealed_at(row: &str) -> vault::Place<'_> {
    vault::Place { table: "visits", column: "details", row }
}

fn stay_from(row: &Row) -> Result<Stay, StoreError> {
    Ok(Stay { from: row.time("entered_at")?, to: row.time("ends_at")?, ending: row.parsed("ending")? })
}

fn visit_from(row: &Row, ring: &Ring) -> Result<Visit, StoreError> {
    let id: VisitId = row.parsed("id")?;
    let plain = ring.open(sealed_at(&id.to_string()), row.int("vault_key")?, &row.bytes("details")?)?;
    let suspicions = Suspicions::from_bits(row.small("suspicions")?);
    Ok(Visit {
        id,
        place: row.parsed("place_id")?,
        stay: stay_from(row)?,
        entry: row.parsed("entry")?,
        suspicions: suspicions.ok_or(StoreError::Corrupt("suspicions"))?,
        details: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("details"))?,
        recorded_at: row.time("recorded_at")?,
    })
}
