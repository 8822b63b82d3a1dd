//! Warnings of who was at a place or in a vehicle with a case: proposed by one officer, decided on by another.

pub(crate) mod recipient;
pub(crate) mod telling;

use crate::Store;
use crate::cases::locked;
use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::id::{OfficerId, PlaceWarningId};
use bluezone_domain::place_warning::{Decision, PlaceWarning, Window};
use rand::Rng;

macro_rules! columns {
    () => {
        "SELECT id, place, vehicle, starts_at, ends_at, margin_s, ground, vault_key, basis, state, unit, proposed_by, \
         proposed_at, decided_by, decided_at FROM place_warnings "
    };
}

macro_rules! by_id {
    () => {
        concat!(columns!(), "WHERE id = $1")
    };
}

pub(crate) const OF_UNIT: &str =
    concat!(columns!(), "WHERE unit = $1 AND proposed_at >= $2 ORDER BY proposed_at DESC, id DESC LIMIT $3");
pub(crate) const APPROVED: &str = concat!(
    columns!(),
    "WHERE state = 'approved' AND decided_at >= $1 AND (decided_at > $1 OR id > $2) ORDER BY decided_at, id LIMIT $3"
);

/// Those approved of a place that end at or after a time.
pub(crate) const OF_PLACE: &str =
    concat!(columns!(), "WHERE state = 'approved' AND place = $1 AND ends_at >= $2");

impl Store {
    /// Writes a proposal down.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is one of that identifier: the form was sent twice.
    pub async fn propose_place_warning(
        &self,
        warning: &PlaceWarning,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let plain = serde_json::to_vec(&warning.ground)
            .map(zeroize::Zeroizing::new)
            .map_err(|_| StoreError::NotAllowed("a reason that is no text"))?;
        let Window { place: code, from, to, margin_s } = warning.window;
        sealing!(self, ring => {
            let ground = ring.seal(place(&warning.id.to_string()), &plain, rng)?;
            let row = values![
                warning.id,
                code.to_string(),
                warning.vehicle,
                from,
                to,
                margin_s,
                ground.bytes,
                ground.key,
                warning.basis.as_str(),
                warning.state.as_str(),
                &warning.unit,
                warning.proposed_by,
                warning.proposed_at,
            ];
            transaction!(self.db, tx => {
                let insert = "INSERT INTO place_warnings (id, place, vehicle, starts_at, ends_at, margin_s, ground, vault_key, \
                     basis, state, unit, proposed_by, proposed_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
                match tx.execute(insert, row).await? {
                    0 => Err(StoreError::Conflict("the warning")),
                    _ => Ok(()),
                }
            })
        })
    }

    /// A warning.
    pub async fn place_warning(&self, id: PlaceWarningId) -> Result<Option<PlaceWarning>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(by_id!(), values![id]).await?.into_iter().collect();
        Ok(self.warnings_from(rows).await?.pop())
    }

    /// The warnings that officers of a unit proposed since then, the newest first, at most so many.
    pub async fn place_warnings_of(
        &self,
        unit: &str,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<PlaceWarning>, StoreError> {
        self.warnings_from(self.db.fetch_all(OF_UNIT, values![unit, since, most]).await?).await
    }

    /// The warnings that were approved at or after a time, in the order of their approval, at most so many; after the one that
    /// is named, if there is one, of those of the same second.
    pub async fn approved_place_warnings(
        &self,
        since: Timestamp,
        after: Option<PlaceWarningId>,
        most: u32,
    ) -> Result<Vec<PlaceWarning>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.warnings_from(self.db.fetch_all(APPROVED, values![since, after, most]).await?).await
    }

    async fn warnings_from(&self, rows: Vec<Row>) -> Result<Vec<PlaceWarning>, StoreError> {
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| warning_from(row, &ring)).collect()
    }

    /// Decides on a warning. Approved, it is told in the same transaction to everybody who is known to have been there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::NotAllowed`] if [`PlaceWarning::check`] refuses.
    pub async fn decide_place_warning(
        &self,
        id: PlaceWarningId,
        by: OfficerId,
        unit: &str,
        decision: Decision,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let known = self.place_warning(id).await?.ok_or(StoreError::NotFound("the warning"))?;
        let place = self.place(known.window.place).await?;
        sealing!(self, ring => {
            transaction!(self.db, tx => {
                let row = tx.fetch_optional(for_update!(by_id!()), values![id]).await?;
                let warning = warning_from(&row.ok_or(StoreError::NotFound("the warning"))?, &ring)?;
                // Locked: whoever rules the case out meanwhile waits, or is waited for.
                let case = match locked(&mut tx, warning.ground.case).await {
                    Ok(case) => Some(case.facts.status),
                    Err(StoreError::NotFound(_)) => None,
                    Err(error) => return Err(error),
                };
                let checked = warning.check(by, unit, decision, case, now);
                checked.map_err(|reason| StoreError::NotAllowed(reason.as_str()))?;
                let update = "UPDATE place_warnings SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1";
                tx.execute(update, values![id, decision.state().as_str(), by, now]).await?;
                if decision == Decision::Approve {
                    self.tell_all(&mut tx, &ring, &warning, place.as_ref(), now, rng).await?;
                }
                Ok(())
            })
        })
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "place_warnings", column: "ground", row }
}

pub(crate) fn warning_from(row: &Row, ring: &Ring) -> Result<PlaceWarning, StoreError> {
    let id: PlaceWarningId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("ground")?)?;
    Ok(PlaceWarning {
        id,
        window: Window {
            place: row.parsed("place")?,
            from: row.time("starts_at")?,
            to: row.time("ends_at")?,
            margin_s: row.int("margin_s")?,
        },
        vehicle: row.int("vehicle")? == 1,
        ground: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("ground"))?,
        basis: row.parsed("basis")?,
        state: row.parsed("state")?,
        unit: row.text("unit")?,
        proposed_by: row.parsed("proposed_by")?,
        proposed_at: row.time("proposed_at")?,
        decided_by: row.opt_parsed("decided_by")?,
        decided_at: row.opt_time("decided_at")?,
    })
}
