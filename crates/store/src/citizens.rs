//! Citizens' accounts: one for each confirmed telephone number.

use crate::agency_consents::END_OF_AGENCY;
use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use crate::{Store, agency_members};
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::Citizen;
use bluezone_domain::id::CitizenId;
use bluezone_domain::person::Phone;
use rand::Rng;

macro_rules! columns {
    () => {
        "SELECT id, phone, vault_key, created_at, seen_at FROM citizens"
    };
}
const BY_ID: &str = concat!(columns!(), " WHERE id = $1");
pub(crate) const CLOSE_PLACES: &str =
    "UPDATE places SET closed_at = $2 WHERE owner = $1 AND closed_at IS NULL";
pub(crate) const BY_PHONE: &str = concat!(columns!(), " WHERE phone_hash = $1");

/// Deletes an account whose row the caller has locked, so that nobody registers a place in its name meanwhile. Its places are
/// closed: nobody else could, and a poster that still let people in would lead to nobody. It leaves the lists of agencies that saw
/// something of it, and whoever gets the number later refused none. What others let its agencies see ends.
pub(crate) async fn delete(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(CLOSE_PLACES, values![id, now]).await?;
    agency_members::leave_lists(tx, id).await?;
    let agencies = tx.fetch_all("SELECT id FROM agencies WHERE owner = $1", values![id]).await?;
    tx.execute("DELETE FROM citizens WHERE id = $1", values![id]).await?;
    for agency in agencies {
        tx.execute(END_OF_AGENCY, values![agency.text("id")?, now]).await?;
    }
    Ok(())
}

impl Store {
    /// The account of a number that was just confirmed; made under this identifier if there is none.
    pub async fn confirm_citizen(
        &self,
        id: CitizenId,
        phone: &Phone,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Citizen, StoreError> {
        let hash = self.vault()?.phone_lookup(phone);
        let row = sealing!(self, ring => {
            let sealed = ring.seal(place(&id.to_string()), phone.as_str().as_bytes(), rng)?;
            transaction!(self.db, tx => {
                tx.execute(
                    "INSERT INTO citizens (id, phone, vault_key, phone_hash, created_at, seen_at) \
                     VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (phone_hash) DO UPDATE SET seen_at = $5",
                    values![id, sealed.bytes.as_slice(), sealed.key, hash, now],
                )
                .await?;
                tx.fetch_one(BY_PHONE, values![hash]).await
            })
        })?;
        let ring = self.ring_for(std::slice::from_ref(&row)).await?;
        citizen_from(&row, &ring)
    }

    /// An account.
    pub async fn citizen(&self, id: CitizenId) -> Result<Option<Citizen>, StoreError> {
        let row = self.db.fetch_optional(BY_ID, values![id]).await?;
        self.citizen_of(row).await
    }

    /// The account of a number.
    pub async fn citizen_by_phone(&self, phone: &Phone) -> Result<Option<Citizen>, StoreError> {
        let hash = self.vault()?.phone_lookup(phone);
        let row = self.db.fetch_optional(BY_PHONE, values![hash]).await?;
        self.citizen_of(row).await
    }

    /// Deletes an account with its sessions, profiles, declarations and messages; its places are closed, and no agency has it on its
    /// list that saw something of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_citizen(&self, id: CitizenId, now: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let found = tx.fetch_optional(for_update!("SELECT id FROM citizens WHERE id = $1"), values![id]).await?;
            found.ok_or(StoreError::NotFound("the citizen"))?;
            delete(&mut tx, &id.to_string(), now).await
        })
    }

    async fn citizen_of(&self, row: Option<Row>) -> Result<Option<Citizen>, StoreError> {
        let rows: Vec<Row> = row.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        rows.first().map(|row| citizen_from(row, &ring)).transpose()
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "citizens", column: "phone", row }
}

fn citizen_from(row: &Row, ring: &Ring) -> Result<Citizen, StoreError> {
    let id: CitizenId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("phone")?)?;
    let phone = std::str::from_utf8(&plain).ok().and_then(|text| text.parse().ok());
    Ok(Citizen {
        id,
        phone: phone.ok_or(StoreError::Corrupt("phone"))?,
        created_at: row.time("created_at")?,
        seen_at: row.time("seen_at")?,
    })
}
