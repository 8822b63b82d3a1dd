//! Who controls a place besides its owner: whoever confirmed one of its telephone numbers.

use super::select;
use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{self, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::id::CitizenId;
use bluezone_domain::person::Phone;
use bluezone_domain::place::{Delegate, MOST_DELEGATES, Place, PlaceCode, Standing};
use rand::Rng;

pub(crate) const OF_PLACE: &str =
    "SELECT id, number, phone, vault_key, since FROM place_delegates WHERE place_id = $1 ORDER BY number";
pub(crate) const OF_PHONE: &str =
    select!("WHERE id IN (SELECT place_id FROM place_delegates WHERE phone_hash = $1) ORDER BY id");

impl Store {
    /// Lets whoever has a telephone number control a place. Again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::NotAllowed`] beyond [`MOST_DELEGATES`].
    pub async fn add_delegate(
        &self,
        place: PlaceCode,
        phone: &Phone,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let hash = self.vault()?.phone_lookup(phone);
        sealing!(self, ring => {
            transaction!(self.db, tx => {
                // Counting up locks the place's row: two that add at once have two numbers.
                let next = "UPDATE places SET delegates = delegates + 1 WHERE id = $1 RETURNING delegates";
                let row = tx.fetch_optional(next, values![place]).await?.ok_or(StoreError::NotFound("the place"))?;
                let number = row.int("delegates")?;
                let count = "SELECT COUNT(*) AS there FROM place_delegates WHERE place_id = $1";
                if tx.fetch_one(count, values![place]).await?.int("there")? >= MOST_DELEGATES as i64 {
                    return Err(StoreError::NotAllowed("a place has no more controllers: take one away first"));
                }
                let id = format!("{place}/{number}");
                let sealed = ring.seal(sealed_at(&id), phone.as_str().as_bytes(), rng)?;
                tx.execute(
                    "INSERT INTO place_delegates (id, place_id, number, phone, vault_key, phone_hash, since) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (place_id, phone_hash) DO NOTHING",
                    values![id, place, number, sealed.bytes, sealed.key, hash, now],
                )
                .await?;
                Ok(())
            })
        })
    }

    /// Takes that back. The number is the delegate's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn remove_delegate(&self, place: PlaceCode, number: u32) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM place_delegates WHERE id = $1";
            match tx.execute(sql, values![format!("{place}/{number}")]).await? {
                0 => Err(StoreError::NotFound("the controller")),
                _ => Ok(()),
            }
        })
    }

    /// Who controls a place besides its owner, in the order in which they were asked.
    pub async fn delegates(&self, place: PlaceCode) -> Result<Vec<Delegate>, StoreError> {
        let rows = self.db.fetch_all(OF_PLACE, values![place]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| delegate_from(row, &ring)).collect()
    }

    /// The places that a telephone number's owner was asked to control, in the order of their codes.
    pub async fn places_of_delegate(&self, phone: &Phone) -> Result<Vec<Place>, StoreError> {
        let hash = self.vault()?.phone_lookup(phone);
        let rows = self.db.fetch_all(OF_PHONE, values![hash]).await?;
        self.places_from(&rows).await
    }

    /// What a citizen with this number is to a place; none for who is nothing to it.
    pub async fn standing(
        &self,
        place: &Place,
        citizen: CitizenId,
        phone: &Phone,
    ) -> Result<Option<Standing>, StoreError> {
        if place.owner == Some(citizen) {
            return Ok(Some(Standing::Owner));
        }
        let hash = self.vault()?.phone_lookup(phone);
        let sql = "SELECT number FROM place_delegates WHERE place_id = $1 AND phone_hash = $2";
        let row = self.db.fetch_optional(sql, values![place.code, hash]).await?;
        Ok(row.map(|_| Standing::Delegate))
    }
}

fn sealed_at(row: &str) -> vault::Place<'_> {
    vault::Place { table: "place_delegates", column: "phone", row }
}

fn delegate_from(row: &Row, ring: &Ring) -> Result<Delegate, StoreError> {
    let plain = ring.open(sealed_at(&row.text("id")?), row.int("vault_key")?, &row.bytes("phone")?)?;
    let phone = std::str::from_utf8(&plain).ok().and_then(|text| text.parse().ok());
    Ok(Delegate {
        number: row.small("number")?,
        phone: phone.ok_or(StoreError::Corrupt("phone"))?,
        since: row.time("since")?,
    })
}
