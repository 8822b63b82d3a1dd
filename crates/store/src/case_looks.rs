//! Who looked at where a case was, on what basis and why.

use crate::Store;
use crate::audit;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, hex, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::audit::Look;
use bluezone_domain::case_look::CaseLook;
use bluezone_domain::id::CaseId;
use rand::{Rng, RngExt};

pub(crate) const OF_CASE: &str = "SELECT id, case_id, at, officer_id, unit, kind, basis, reason, vault_key \
     FROM case_looks WHERE case_id = $1 ORDER BY at DESC, id DESC LIMIT $2";

impl Store {
    /// Writes a look down, and its basis into the audit, before anything is shown. The reason was typed: it stays sealed here,
    /// and the audit names it by its identifier.
    ///
    /// # Errors
    /// [`StoreError`], then nothing may be shown.
    pub async fn note_case_look(
        &self,
        look: &CaseLook,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let id = hex(&rng.random::<[u8; 16]>());
        let CaseLook { case, at, officer, unit, kind, basis, reason } = look;
        let (kind, basis) = (kind.as_str(), basis.as_str());
        let link = Look {
            at: *at,
            officer: *officer,
            unit: unit.clone(),
            action: format!("look at {kind}, {basis}"),
            what: format!("/console/cases/{case}?look={id}"),
        };
        sealing!(self, ring => {
            let sealed = ring.seal(place(&id), reason.as_bytes(), rng)?;
            let row = values![
                id.as_str(), *case, *at, *officer, unit, kind, basis, sealed.bytes.as_slice(), sealed.key
            ];
            transaction!(self.db, tx => {
                let sql = "INSERT INTO case_looks (id, case_id, at, officer_id, unit, kind, basis, reason, vault_key) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                tx.execute(sql, row).await?;
                audit::append(&mut tx, &link).await
            })
        })
    }

    /// The looks at where a case was, the newest first, at most so many.
    pub async fn case_looks(&self, case: CaseId, most: u32) -> Result<Vec<CaseLook>, StoreError> {
        let rows = self.db.fetch_all(OF_CASE, values![case, most]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| look_from(row, &ring)).collect()
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "case_looks", column: "reason", row }
}

fn look_from(row: &Row, ring: &Ring) -> Result<CaseLook, StoreError> {
    let reason = ring.open(place(&row.text("id")?), row.int("vault_key")?, &row.bytes("reason")?)?;
    Ok(CaseLook {
        case: row.parsed("case_id")?,
        at: row.time("at")?,
        officer: row.parsed("officer_id")?,
        unit: row.text("unit")?,
        kind: row.parsed("kind")?,
        basis: row.parsed("basis")?,
        reason: String::from_utf8(reason.to_vec()).map_err(|_| StoreError::Corrupt("reason"))?,
    })
}
