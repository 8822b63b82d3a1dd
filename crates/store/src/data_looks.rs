//! Who looked at what citizens told, for these citizens.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, hex, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::data_look::DataLook;
use bluezone_domain::id::CitizenId;
use rand::{Rng, RngExt};

pub(crate) const OF_CITIZEN: &str = "SELECT id, citizen_id, at, officer_id, unit, kind, basis, reason, vault_key \
     FROM data_looks WHERE citizen_id = $1 ORDER BY at DESC, id DESC LIMIT $2";

impl Store {
    /// Writes a look down. Before anything is shown: whoever opens somebody's data does not do it unseen.
    ///
    /// # Errors
    /// [`StoreError`], then nothing may be shown.
    pub async fn note_look(&self, look: &DataLook, rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        let id = hex(&rng.random::<[u8; 16]>());
        sealing!(self, ring => {
            let sealed = ring.seal(place(&id), look.reason.as_bytes(), rng)?;
            let row = values![
                id.as_str(),
                look.citizen,
                look.at,
                look.officer,
                &look.unit,
                look.kind.as_str(),
                look.basis.as_str(),
                sealed.bytes.as_slice(),
                sealed.key,
            ];
            transaction!(self.db, tx => {
                let sql = "INSERT INTO data_looks (id, citizen_id, at, officer_id, unit, kind, basis, reason, vault_key) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                tx.execute(sql, row).await.map(drop)
            })
        })
    }

    /// The looks at a citizen's data, the newest first, at most so many.
    pub async fn looks_at(&self, citizen: CitizenId, most: u32) -> Result<Vec<DataLook>, StoreError> {
        let rows = self.db.fetch_all(OF_CITIZEN, values![citizen, most]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| look_from(row, &ring)).collect()
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "data_looks", column: "reason", row }
}

fn look_from(row: &Row, ring: &Ring) -> Result<DataLook, StoreError> {
    let reason = ring.open(place(&row.text("id")?), row.int("vault_key")?, &row.bytes("reason")?)?;
    Ok(DataLook {
        citizen: row.parsed("citizen_id")?,
        at: row.time("at")?,
        officer: row.parsed("officer_id")?,
        unit: row.text("unit")?,
        kind: row.parsed("kind")?,
        basis: row.parsed("basis")?,
        reason: String::from_utf8(reason.to_vec()).map_err(|_| StoreError::Corrupt("reason"))?,
    })
}
