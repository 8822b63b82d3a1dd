//! The evidence of what people let agencies see: it begins and ends with what the agency sees.
//!
//! Whoever changes both locks the entry of the list first, then the consents.

use crate::Store;
use crate::agency_members::name;
use crate::db::Tx;
use crate::declarations::{consent_row, give};
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::agency::Sees;
use bluezone_domain::declaration::Consent;
use bluezone_domain::id::{AgencyId, CitizenId};
use std::collections::BTreeMap;

pub(crate) const AGREED: &str = "SELECT c.agency_id, a.name, a.vault_key FROM consents c \
     JOIN agencies a ON a.id = c.agency_id WHERE c.citizen_id = $1";
pub(crate) const HOLDING: &str = "SELECT id, purpose, version FROM consents \
     WHERE agency_id = $1 AND citizen_id = $2 AND withdrawn_at IS NULL";
pub(crate) const END_OF_AGENCY: &str =
    "UPDATE consents SET withdrawn_at = $2 WHERE agency_id = $1 AND withdrawn_at IS NULL";
pub(crate) const END_OF_MEMBER: &str =
    "UPDATE consents SET withdrawn_at = $3 WHERE agency_id = $1 AND citizen_id = $2 AND withdrawn_at IS NULL";

impl Store {
    /// The names of the agencies that a citizen agreed to let see something, then or now, as far as there still are such agencies.
    pub async fn agencies_agreed_to(
        &self,
        citizen: CitizenId,
    ) -> Result<BTreeMap<AgencyId, String>, StoreError> {
        let rows = self.db.fetch_all(AGREED, values![citizen]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| Ok((row.parsed("agency_id")?, name(row, &ring)?))).collect()
    }
}

/// Writes down what a citizen agrees to now. What they agreed to before in the same words holds since then; what they no longer
/// agree to ends.
pub(crate) async fn replace(
    tx: &mut Tx,
    citizen: CitizenId,
    agency: AgencyId,
    agreed: &[Consent],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut holding = Vec::new();
    for row in tx.fetch_all(HOLDING, values![agency, citizen]).await? {
        let held: (String, u32) = (row.text("purpose")?, row.small("version")?);
        if agreed.iter().any(|new| (&new.purpose, new.version) == (&held.0, held.1)) {
            holding.push(held);
        } else {
            let end = "UPDATE consents SET withdrawn_at = $2 WHERE id = $1";
            tx.execute(end, values![row.text("id")?, now]).await?;
        }
    }
    for new in agreed {
        if !holding.iter().any(|held| (&held.0, held.1) == (&new.purpose, new.version)) {
            let new = Consent { citizen: Some(citizen), agency: Some(agency), ..new.clone() };
            give(tx, &[consent_row(&new)]).await?;
        }
    }
    Ok(())
}

/// The agency sees no more what this purpose let it see. Whoever lets nothing be seen any more stands on its list for a while.
pub(crate) async fn hide(
    tx: &mut Tx,
    citizen: CitizenId,
    agency: AgencyId,
    purpose: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Sees { declared, app } = Sees::agreed([purpose]);
    let hide = "UPDATE agency_staff SET see_declared = see_declared * $3, see_app = see_app * $4, left_at = CASE \
                WHEN see_declared + see_app > 0 AND see_declared * $3 + see_app * $4 = 0 THEN $5 ELSE left_at END \
                WHERE agency_id = $1 AND citizen_id = $2";
    let row = values![agency, citizen, i64::from(!declared), i64::from(!app), now];
    tx.execute(hide, row).await.map(drop)
}
