//! Places and vehicles where people check in.

mod delegates;

#[cfg(test)]
pub(crate) use delegates::{OF_PHONE as DELEGATED, OF_PLACE as DELEGATES_OF_PLACE};

use crate::Store;
use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::group::By;
use crate::value::{Row, values};
use crate::vault::{self, Ring, Sealed};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::area::{CommuneCode, ProvinceCode};
use bluezone_domain::id::CitizenId;
use bluezone_domain::place::{MOST_PLACES, Place, PlaceCode};
use rand::Rng;
use std::borrow::Borrow;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner, kind, details, vault_key, province, commune, capacity, dwell_minutes, edition, created_at, \
             closed_at FROM places ",
            $rest
        )
    };
}
pub(crate) use select;

pub(crate) const BY_CODE: By = By { select: select!("WHERE id IN"), column: "id" };
pub(crate) const OF_OWNER: &str = select!("WHERE owner = $1 ORDER BY created_at, id");
pub(crate) const IN_COMMUNE: &str =
    select!("WHERE province = $1 AND commune = $2 AND id > $3 ORDER BY id LIMIT $4");

impl Store {
    /// Registers a place.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the code is taken: make another. [`StoreError::NotAllowed`] beyond [`MOST_PLACES`] of one
    /// owner.
    pub async fn create_place(&self, place: &Place, rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let sealed = seal(&ring, place, rng)?;
            let row = values![
                place.code,
                place.owner,
                place.kind.as_str(),
                sealed.bytes.as_slice(),
                sealed.key,
                place.area.province.as_str(),
                place.area.commune.as_ref().map(CommuneCode::as_str),
                place.capacity,
                place.dwell_minutes,
                place.edition,
                place.created_at,
                place.closed_at,
            ];
            transaction!(self.db, tx => {
                let count = "SELECT COUNT(*) AS places FROM places WHERE owner = $1";
                if tx.fetch_one(count, values![place.owner]).await?.int("places")? >= MOST_PLACES as i64 {
                    return Err(StoreError::NotAllowed("one person registers no more places: ask the health station"));
                }
                let put = tx
                    .execute(
                        "INSERT INTO places (id, owner, kind, details, vault_key, province, commune, capacity, \
                         dwell_minutes, edition, created_at, closed_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING",
                        row,
                    )
                    .await?;
                if put == 0 { Err(StoreError::Conflict("the place")) } else { Ok(()) }
            })
        })
    }

    /// Changes what is written about a place: kind, details, area, capacity and usual time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn edit_place(&self, place: &Place, rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let sealed = seal(&ring, place, rng)?;
            let row = values![
                place.code,
                place.kind.as_str(),
                sealed.bytes.as_slice(),
                sealed.key,
                place.area.province.as_str(),
                place.area.commune.as_ref().map(CommuneCode::as_str),
                place.capacity,
                place.dwell_minutes,
            ];
            transaction!(self.db, tx => {
                let sql = "UPDATE places SET kind = $2, details = $3, vault_key = $4, province = $5, commune = $6, \
                           capacity = $7, dwell_minutes = $8 WHERE id = $1";
                match tx.execute(sql, row).await? {
                    0 => Err(StoreError::NotFound("the place")),
                    _ => Ok(()),
                }
            })
        })
    }

    /// A place.
    pub async fn place(&self, code: PlaceCode) -> Result<Option<Place>, StoreError> {
        let rows = self.groups.places.rows(&self.db, code.into()).await?;
        Ok(self.places_from(&rows).await?.pop())
    }

    /// The places that a citizen registered, in the order in which they did.
    pub async fn places_of(&self, owner: CitizenId) -> Result<Vec<Place>, StoreError> {
        let rows = self.db.fetch_all(OF_OWNER, values![owner]).await?;
        self.places_from(&rows).await
    }

    /// Places of a commune in the order of their codes, after one of them: a page of at most `limit`.
    pub async fn places_in(
        &self,
        province: ProvinceCode,
        commune: CommuneCode,
        after: Option<PlaceCode>,
        limit: u32,
    ) -> Result<Vec<Place>, StoreError> {
        let after = after.map(|code| code.to_string()).unwrap_or_default();
        let values = values![province.as_str(), commune.as_str(), after, limit];
        let rows = self.db.fetch_all(IN_COMMUNE, values).await?;
        self.places_from(&rows).await
    }

    /// Gives a place a new edition of its poster: every poster that was printed before is an old one from now on. Returns the
    /// edition.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::NotAllowed`] after 65,535 editions.
    pub async fn renew_poster(&self, code: PlaceCode) -> Result<u16, StoreError> {
        transaction!(self.db, tx => {
            let row = tx
                .fetch_optional(for_update!("SELECT edition FROM places WHERE id = $1"), values![code])
                .await?
                .ok_or(StoreError::NotFound("the place"))?;
            let edition = row.small::<u16>("edition")?.checked_add(1);
            let edition = edition.ok_or(StoreError::NotAllowed("the place has had too many posters: register it again"))?;
            tx.execute("UPDATE places SET edition = $2 WHERE id = $1", values![code, edition]).await?;
            Ok(edition)
        })
    }

    /// Closes a place, or opens it again: nobody checks in at a closed one. It is deleted when its last visit is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn close_place(&self, code: PlaceCode, closed_at: Option<Timestamp>) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE places SET closed_at = $2 WHERE id = $1";
            match tx.execute(sql, values![code, closed_at]).await? {
                0 => Err(StoreError::NotFound("the place")),
                _ => Ok(()),
            }
        })
    }

    async fn places_from(&self, rows: &[impl Borrow<Row>]) -> Result<Vec<Place>, StoreError> {
        let ring = self.ring_for(rows).await?;
        rows.iter().map(|row| place_from(row.borrow(), &ring)).collect()
    }
}

fn seal(ring: &Ring, place: &Place, rng: &mut (dyn Rng + Send)) -> Result<Sealed, StoreError> {
    let plain = serde_json::to_vec(&place.details)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| StoreError::NotAllowed("a place that is no text"))?;
    ring.seal(sealed_at(&place.code.to_string()), &plain, rng)
}

fn sealed_at(row: &str) -> vault::Place<'_> {
    vault::Place { table: "places", column: "details", row }
}

fn place_from(row: &Row, ring: &Ring) -> Result<Place, StoreError> {
    let id = row.text("id")?;
    let plain = ring.open(sealed_at(&id), row.int("vault_key")?, &row.bytes("details")?)?;
    let capacity = row.opt_int("capacity")?;
    Ok(Place {
        code: id.parse().map_err(|_| StoreError::Corrupt("id"))?,
        owner: row.opt_parsed("owner")?,
        kind: row.parsed("kind")?,
        details: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("details"))?,
        area: row.area()?,
        capacity: capacity.map(u32::try_from).transpose().map_err(|_| StoreError::Corrupt("capacity"))?,
        dwell_minutes: row.int("dwell_minutes")?,
        edition: row.small("edition")?,
        created_at: row.time("created_at")?,
        closed_at: row.opt_time("closed_at")?,
    })
}
