//! Places, vehicles and flights that cases were at.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring, Sealed};
use crate::vault_keys::sealing;
use bluezone_domain::epi_point::EpiPoint;
use bluezone_domain::id::CaseId;
use bluezone_domain::id::EpiPointId;
use rand::Rng;

macro_rules! columns {
    () => {
        "id, case_id, starts_at, ends_at, province, commune, details, vault_key, created_by, created_at, updated_at"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM epi_points WHERE id = $1");
pub(crate) const OF_CASE: &str =
    concat!("SELECT ", columns!(), " FROM epi_points WHERE case_id = $1 ORDER BY starts_at, id");

impl Store {
    /// Adds an epi point to its case, or replaces the one of that identifier.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such case, or the point is another case's.
    pub async fn put_epi_point(
        &self,
        point: &EpiPoint,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let sealed = seal(&ring, point, rng)?;
            let row = values![
                point.id,
                point.case,
                point.from,
                point.to,
                point.area.province.as_str(),
                point.area.commune.as_ref().map(|commune| commune.as_str()),
                sealed.bytes.as_slice(),
                sealed.key,
                point.created_by,
                point.created_at,
                point.updated_at,
            ];
            transaction!(self.db, tx => {
                let case = "SELECT id FROM cases WHERE id = $1";
                tx.fetch_optional(case, values![point.case]).await?.ok_or(StoreError::NotFound("the case"))?;
                let put = tx
                    .execute(
                        "INSERT INTO epi_points (id, case_id, starts_at, ends_at, province, commune, details, vault_key, \
                         created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                         ON CONFLICT (id) DO UPDATE SET starts_at = $3, ends_at = $4, province = $5, commune = $6, \
                         details = $7, vault_key = $8, updated_at = $11 WHERE epi_points.case_id = $2",
                        row,
                    )
                    .await?;
                if put == 0 { Err(StoreError::NotFound("the epi point")) } else { Ok(()) }
            })
        })
    }

    /// An epi point.
    pub async fn epi_point(&self, id: EpiPointId) -> Result<Option<EpiPoint>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(BY_ID, values![id]).await?.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        rows.first().map(|row| point_from(row, &ring)).transpose()
    }

    /// The epi points of a case, in the order of their beginning.
    pub async fn epi_points_of_case(&self, case: CaseId) -> Result<Vec<EpiPoint>, StoreError> {
        let rows = self.db.fetch_all(OF_CASE, values![case]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| point_from(row, &ring)).collect()
    }

    /// Deletes an epi point that was written down by mistake.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_epi_point(&self, id: EpiPointId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            match tx.execute("DELETE FROM epi_points WHERE id = $1", values![id]).await? {
                0 => Err(StoreError::NotFound("the epi point")),
                _ => Ok(()),
            }
        })
    }
}

fn seal(ring: &Ring, point: &EpiPoint, rng: &mut (dyn Rng + Send)) -> Result<Sealed, StoreError> {
    let plain = serde_json::to_vec(&point.details)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| StoreError::NotAllowed("a place that is no text"))?;
    ring.seal(place(&point.id.to_string()), &plain, rng)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "epi_points", column: "details", row }
}

fn point_from(row: &Row, ring: &Ring) -> Result<EpiPoint, StoreError> {
    let id: EpiPointId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("details")?)?;
    Ok(EpiPoint {
        id,
        case: row.parsed("case_id")?,
        from: row.time("starts_at")?,
        to: row.time("ends_at")?,
        area: row.area()?,
        details: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("details"))?,
        created_by: row.parsed("created_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
