//! Check-in.

use super::{BY_ID_AROUND, sealed_at, stay_from, visit_from};
use crate::db::{Tx, Value, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Ring, Sealed};
use crate::vault_keys::sealing;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::VisitId;
use bluezone_domain::place::Place;
use bluezone_domain::visit::{Arranged, Known, Stay, Suspicions, Visit, arrange, day_start};
use bluezone_protocol::time::DAY_S;
use rand::Rng;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// The visits of one person and day with where the places stand.
pub(crate) const OF_DAY: &str = "SELECT v.visitor_hash AS visitor_hash, v.id AS id, v.place_id AS place_id, v.entered_at AS entered_at, \
     v.ends_at AS ends_at, v.ending AS ending, p.kind AS kind, p.province AS province, p.commune AS commune \
     FROM visits v JOIN places p ON p.id = v.place_id WHERE v.visitor_hash = $1 \
     AND v.entered_at >= $2 AND v.entered_at < $3 ORDER BY v.entered_at, v.id";
/// Whose a visit is. Told again, it may have the time of the second telling: it is looked for on the days around, each of which
/// may be a table of its own.
pub(crate) const WHOSE: &str =
    "SELECT visitor_hash FROM visits WHERE id = $1 AND entered_at >= $2 AND entered_at < $3";
/// What somebody said of its end while this was decided stands, be it earlier or later; and a visit only ever becomes shorter.
pub(crate) const PUT_END: &str = "UPDATE visits SET ends_at = $3, ending = $4 \
     WHERE id = $1 AND entered_at = $2 AND ends_at > $3 AND ending NOT IN ('scan', 'button')";
/// So long a visit that does not go together with others waits for a turn, of which there are few.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) const INSERT: &str = "INSERT INTO visits (id, place_id, visitor_hash, entered_at, ends_at, ending, entry, suspicions, \
     details, vault_key, recorded_at)";
pub(super) const INSERT_COLUMNS: usize = 11;

/// What became of a check-in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CheckedIn {
    /// It was kept, as it is here: its end may be earlier than asked for, and something may speak against it.
    New(Visit),
    /// It was kept before, or the person was inside already, with this visit.
    Already(Visit),
}

impl CheckedIn {
    /// The visit, new or not.
    pub fn visit(&self) -> &Visit {
        match self {
            CheckedIn::New(visit) | CheckedIn::Already(visit) => visit,
        }
    }
}

impl Store {
    /// Keeps a visit that began at its `stay.from`, now or earlier: among the others of the person's day in whatever order
    /// they arrive. What was open elsewhere ends. On PostgreSQL those that come at the same time are committed together.
    ///
    /// # Errors
    /// [`StoreError::Crowded`] if too many wait, of those that somebody's lock keeps from going together.
    /// [`StoreError::Conflict`] for the identifier of another person's visit or another place's; [`StoreError::NotAllowed`] for a
    /// visit of another place than this.
    pub async fn check_in(
        &self,
        visit: &Visit,
        place: &Place,
        rng: &mut (dyn Rng + Send),
    ) -> Result<CheckedIn, StoreError> {
        if visit.place != place.code {
            return Err(StoreError::NotAllowed("a visit of another place"));
        }
        let hash = self.visitor_hash(visit)?;
        let plain = serde_json::to_vec(&visit.details)
            .map(zeroize::Zeroizing::new)
            .map_err(|_| StoreError::NotAllowed("a visit that is no text"))?;
        let known = Known { place: place.code, kind: place.kind, area: place.area, stay: visit.stay };
        sealing!(self, ring => {
            let sealed = ring.seal(sealed_at(&visit.id.to_string()), &plain, rng)?;
            let (id, code) = (visit.id.to_string(), visit.place.to_string());
            let coming = Arc::new(Coming { id, place: code, visit: visit.clone(), known, hash, sealed });
            match self.come_together(&coming).await? {
                Some(came) => Ok(came),
                None => {
                    // Few at once: who waits for a place that somebody has locked would take the connections from all others.
                    let turn = timeout(PATIENCE, self.groups.alone.acquire()).await;
                    let _turn = turn.ok().and_then(Result::ok).ok_or(StoreError::Crowded("to check in"))?;
                    self.come_alone(&coming, &ring, rng).await
                }
            }
        })
    }

    async fn come_alone(
        &self,
        coming: &Coming,
        ring: &Ring,
        rng: &mut (dyn Rng + Send),
    ) -> Result<CheckedIn, StoreError> {
        let (visit, hash, day) = (&coming.visit, coming.hash, coming.day());
        let found = transaction!(self.db, begin_impatient(), tx => {
            tx.lock_hash(&hash).await?;
            let around = values![visit.id, day - DAY_S, day + 2 * DAY_S];
            if let Some(row) = tx.fetch_optional(WHOSE, around).await? {
                let same = row.array::<32>("visitor_hash")? == hash;
                return if same { Ok(Found::There(visit.id)) } else { Err(StoreError::Conflict("the visit")) };
            }
            let rows = tx.fetch_all(OF_DAY, values![hash, day, day + DAY_S]).await?;
            let known = rows.iter().map(known_from).collect::<Result<Vec<_>, _>>()?;
            let (stay, suspicions, ended) = match arrange(&coming.known, &known) {
                Arranged::Inside(at) => {
                    return Ok(Found::There(id_at(&rows, at)?.parse().map_err(|_| StoreError::Corrupt("id"))?));
                }
                Arranged::New { stay, suspicions, ended } => (stay, suspicions, ended),
            };
            for (at, stay) in ended {
                put_end(&mut tx, &id_at(&rows, at)?, &stay).await?;
            }
            let visit = coming.arranged(stay, suspicions);
            tx.insert_rows(INSERT, INSERT_COLUMNS, &[coming.row(&visit)])
                .await
                .map_err(|error| error.or_conflict("the visit"))?;
            self.tell_late(&mut tx, ring, &visit, rng).await?;
            Ok(Found::New(Box::new(visit)))
        })?;
        match found {
            Found::New(visit) => Ok(CheckedIn::New(*visit)),
            Found::There(id) => {
                let around = values![id, day - DAY_S, day + 2 * DAY_S];
                let row = self.db.fetch_optional(BY_ID_AROUND, around).await?;
                let row = row.ok_or(StoreError::NotFound("the visit"))?;
                let ring = self.ring_for(std::slice::from_ref(&row)).await?;
                let there = visit_from(&row, &ring)?;
                // The same identifier at two places is a mistake of whoever made it.
                if there.place == visit.place {
                    Ok(CheckedIn::Already(there))
                } else {
                    Err(StoreError::Conflict("the visit"))
                }
            }
        }
    }

    /// The hash of a visit's person and day; of who cannot be told again, the visit's own.
    pub(super) fn visitor_hash(&self, visit: &Visit) -> Result<Hash, StoreError> {
        let key = visit.details.visitor.key().unwrap_or_else(|| format!("visit {}", visit.id));
        Ok(self.vault()?.visitor_lookup(&key, day_start(visit.stay.from)))
    }
}

enum Found {
    New(Box<Visit>),
    There(VisitId),
}

/// A visit on its way into the database, sealed.
pub(crate) struct Coming {
    pub(super) id: String,
    pub(super) place: String,
    pub(super) visit: Visit,
    pub(super) known: Known,
    pub(super) hash: Hash,
    sealed: Sealed,
}

impl Coming {
    /// The day that its hash is of.
    pub(super) fn day(&self) -> Timestamp {
        day_start(self.visit.stay.from)
    }

    /// As it is kept.
    pub(super) fn arranged(&self, stay: Stay, suspicions: Suspicions) -> Visit {
        let suspicions = self.visit.suspicions.iter().fold(suspicions, |all, one| all.with(one));
        Visit { stay, suspicions, ..self.visit.clone() }
    }

    /// The values of its row, for [`INSERT`].
    pub(super) fn row(&self, arranged: &Visit) -> Vec<Value> {
        values![
            arranged.id,
            arranged.place,
            self.hash,
            arranged.stay.from,
            arranged.stay.to,
            arranged.stay.ending.as_str(),
            arranged.entry.as_str(),
            arranged.suspicions.bits(),
            self.sealed.bytes.as_slice(),
            self.sealed.key,
            arranged.recorded_at,
        ]
        .to_vec()
    }
}

/// Writes down when a visit ended, or will.
pub(super) async fn put_end(tx: &mut Tx, id: &str, stay: &Stay) -> Result<(), StoreError> {
    tx.execute(PUT_END, values![id, stay.from, stay.to, stay.ending.as_str()]).await.map(drop)
}

/// The name of one of the visits that were known when a new one was arranged.
pub(super) fn id_at(known: &[Row], at: usize) -> Result<String, StoreError> {
    known.get(at).ok_or(StoreError::Corrupt("id"))?.text("id")
}

pub(super) fn known_from(row: &Row) -> Result<Known, StoreError> {
    Ok(Known {
        place: row.parsed("place_id")?,
        kind: row.parsed("kind")?,
        area: row.area()?,
        stay: stay_from(row)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::visit::Ending;

    #[test]
    fn what_was_told_is_what_no_rule_ends() {
        for ending in Ending::ALL {
            let kept = PUT_END.contains(&format!("'{}'", ending.as_str()));
            assert_eq!(kept, ending.was_told(), "{ending:?}");
        }
    }
}
