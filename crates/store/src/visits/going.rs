//! Check-out.

use super::coming::put_end;
use super::{BY_ID, stay_from};
use crate::Store;
use crate::db::{Sql, for_update, transaction};
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::id::VisitId;
use bluezone_domain::place::PlaceCode;
use bluezone_domain::visit::{Ending, Stay, Visit, Visitor, day_start};
use bluezone_protocol::time::DAY_S;

/// The visits of one person and day at a place.
pub(crate) const THERE: &str = "SELECT id, entered_at, ends_at, ending FROM visits \
     WHERE visitor_hash = $1 AND place_id = $2 AND entered_at >= $3 AND entered_at < $4 ORDER BY entered_at, id";
/// No stay is longer than a day.
pub(crate) const STAY: Sql = for_update!(
    "SELECT place_id, entered_at, ends_at, ending FROM visits WHERE id = $1 AND entered_at >= $2 AND entered_at <= $3"
);

impl Store {
    /// Ends the visit that somebody has at a place at a time. None if they have none. Telling it again finds the same visit
    /// and changes nothing.
    pub async fn check_out(
        &self,
        visitor: &Visitor,
        place: PlaceCode,
        at: Timestamp,
        ending: Ending,
    ) -> Result<Option<Visit>, StoreError> {
        let Some(key) = visitor.key() else { return Ok(None) };
        let day = day_start(at);
        let hash = self.vault()?.visitor_lookup(&key, day);
        for row in self.db.fetch_all(THERE, values![hash, place, day, day + DAY_S]).await? {
            let stay = stay_from(&row)?;
            if (stay.is_open(at) || said(&stay, at, ending))
                && let Some(visit) = self.end_visit(row.parsed("id")?, place, at, ending).await?
            {
                return Ok(Some(visit));
            }
        }
        Ok(None)
    }

    /// Ends a visit of a place. None if there is none, or if it was over at that time. Telling it again changes nothing.
    pub async fn end_visit(
        &self,
        id: VisitId,
        place: PlaceCode,
        at: Timestamp,
        ending: Ending,
    ) -> Result<Option<Visit>, StoreError> {
        let ended = transaction!(self.db, tx => {
            let Some(row) = tx.fetch_optional(STAY, values![id, at - DAY_S, at]).await? else { return Ok(false) };
            let stay = stay_from(&row)?;
            if row.parsed::<PlaceCode>("place_id")? != place {
                return Ok(false);
            }
            match stay.end(at, ending) {
                Some(stay) => put_end(&mut tx, &id.to_string(), &stay).await.map(|()| true),
                None => Ok(said(&stay, at, ending)),
            }
        })?;
        if !ended {
            return Ok(None);
        }
        let rows = self.db.fetch_all(BY_ID, values![id]).await?;
        Ok(self.visits_from(&rows).await?.pop())
    }
}

/// Whether that is what was told before.
fn said(stay: &Stay, at: Timestamp, ending: Ending) -> bool {
    stay.to == at && stay.ending == ending
}
