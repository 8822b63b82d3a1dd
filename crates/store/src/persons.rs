//! Persons: registered, changed, found by their numbers, followed by an index. Merging: `person_merge.rs`; history:
//! `person_history.rs`.

use crate::Store;
use crate::db::{Tx, Value, transaction};
use crate::error::StoreError;
use crate::person_history::{
    CHANGE_COLUMNS, INSERT_CHANGE, PersonEvent, add_numbered, first_change_values, next_change, seal_before,
};
use crate::value::{Row, values};
use crate::vault::{Place, Ring, Sealed, Vault};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::id::{OfficerId, PersonId};
use bluezone_domain::person::{Identity, Person};
use rand::Rng;
use std::fmt;

macro_rules! columns {
    () => {
        "id, identity, vault_key, province, commune, assigned, merged_into, version, created_by, created_at, \
         updated_at, sequence"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM persons WHERE id = $1");
/// For [`crate::db::Db::fetch_in`].
pub(crate) const BY_IDS: &str = concat!("SELECT ", columns!(), " FROM persons WHERE id IN");
/// In the order of their last change.
pub(crate) const SINCE: &str =
    concat!("SELECT ", columns!(), " FROM persons WHERE sequence > $1 ORDER BY sequence LIMIT $2");
pub(crate) const BY_NATIONAL_ID: &str = "SELECT id FROM persons WHERE national_id_hash = $1 LIMIT $2";
pub(crate) const BY_PASSPORT: &str = "SELECT id FROM persons WHERE passport_hash = $1 LIMIT $2";
pub(crate) const BY_PHONE: &str = "SELECT id FROM persons WHERE phone_hash = $1 LIMIT $2";
pub(crate) const INSERT: &str = "INSERT INTO persons (id, identity, vault_key, national_id_hash, passport_hash, \
     phone_hash, province, commune, assigned, merged_into, sequence, version, created_by, created_at, updated_at)";
pub(crate) const INSERT_COLUMNS: usize = 15;

/// Persons that share a number, at most: one phone may stand for a whole dormitory.
const MOST_ALIKE: u32 = 50;

/// What an officer changes of a person. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonEdit {
    /// Whom.
    pub id: PersonId,
    /// The version that whoever changes it saw.
    pub expected: u32,
    /// Who they are, as it shall be.
    pub identity: Identity,
    /// Where they live, as it shall be.
    pub area: Area,
    /// Who changes it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl fmt::Debug for PersonEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonEdit").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Store {
    /// Registers a person and begins their history. Of `person`, `version` counts from 1 and `merged_into` is empty.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is a person of that identifier: the form was sent twice.
    pub async fn create_person(&self, person: &Person, rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let sealed = seal(&ring, person.id, &person.identity, rng)?;
            let lookups = self.vault()?.lookups(&person.identity);
            transaction!(self.db, tx => {
                if tx.fetch_optional("SELECT id FROM persons WHERE id = $1", values![person.id]).await?.is_some() {
                    return Err(StoreError::Conflict("the person"));
                }
                let sequence = next_sequence(&mut tx, 1).await?;
                let row = insert_values(person, &sealed, lookups, sequence);
                tx.insert_rows(INSERT, INSERT_COLUMNS, &[row]).await?;
                tx.insert_rows(INSERT_CHANGE, CHANGE_COLUMNS, &[first_change_values(person)]).await
            })
        })
    }

    /// A person's record, merged or not.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let row = self.db.fetch_optional(BY_ID, values![id]).await?;
        let rows: Vec<Row> = row.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        rows.first().map(|row| person_from(row, &ring)).transpose()
    }

    /// Changes who a person is or where they live; returns the record as it now is.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if the record has changed since; [`StoreError::NotFound`].
    pub async fn edit_person(
        &self,
        edit: &PersonEdit,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Person, StoreError> {
        let before = self.person(edit.id).await?.ok_or(StoreError::NotFound("the person"))?;
        if before.version != edit.expected {
            return Err(StoreError::NotAllowed("the record has changed meanwhile: look at it again"));
        }
        sealing!(self, ring => {
            let vault = self.vault()?;
            transaction!(self.db, tx => { put(&mut tx, vault, &ring, &before.identity, edit, rng).await })
        })?;
        self.person(edit.id).await?.ok_or(StoreError::NotFound("the person"))
    }

    /// Everybody who has exactly one of these numbers, each once.
    pub async fn persons_with_numbers_of(&self, identity: &Identity) -> Result<Vec<PersonId>, StoreError> {
        let mut found = Vec::new();
        let hashes = self.vault()?.lookups(identity);
        for (sql, hash) in [BY_NATIONAL_ID, BY_PASSPORT, BY_PHONE].into_iter().zip(hashes) {
            let Some(hash) = hash else { continue };
            for row in self.db.fetch_all(sql, values![hash, MOST_ALIKE]).await? {
                let id = row.parsed("id")?;
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        Ok(found)
    }

    /// The number of the last change of any person.
    pub async fn last_person_sequence(&self) -> Result<i64, StoreError> {
        self.db.fetch_one("SELECT last FROM person_sequence WHERE only_row = 1", &[]).await?.int("last")
    }

    /// Persons that changed after that number, in the order of their last change, with its number; at most `limit`. Who
    /// has seen all up to a number and asks again from there misses nobody: numbers become visible in their order.
    pub async fn persons_since(&self, sequence: i64, limit: u32) -> Result<Vec<(i64, Person)>, StoreError> {
        let rows = self.db.fetch_all(SINCE, values![sequence, limit]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| Ok((row.int("sequence")?, person_from(row, &ring)?))).collect()
    }
}

/// Writes an edit, and who it was before into the history.
pub(crate) async fn put(
    tx: &mut Tx,
    vault: &Vault,
    ring: &Ring,
    before: &Identity,
    edit: &PersonEdit,
    rng: &mut (dyn Rng + Send),
) -> Result<(), StoreError> {
    let sealed = seal(ring, edit.id, &edit.identity, rng)?;
    let [national_id, passport, phone] = vault.lookups(&edit.identity);
    let number = next_change(tx, edit.id).await?;
    let old = seal_before(ring, edit.id, number, before, rng)?;
    let sequence = next_sequence(tx, 1).await?;
    let changed = tx
        .execute(
            "UPDATE persons SET identity = $3, vault_key = $4, national_id_hash = $5, passport_hash = $6, \
             phone_hash = $7, province = $8, commune = $9, sequence = $10, version = version + 1, updated_at = $11 \
             WHERE id = $1 AND version = $2",
            values![
                edit.id,
                edit.expected,
                sealed.bytes,
                sealed.key,
                national_id,
                passport,
                phone,
                edit.area.province.as_str(),
                edit.area.commune.as_ref().map(|commune| commune.as_str()),
                sequence,
                edit.at,
            ],
        )
        .await?;
    if changed == 0 {
        return Err(StoreError::NotAllowed("the record has changed meanwhile: look at it again"));
    }
    add_numbered(tx, edit.id, number, edit.by, edit.at, PersonEvent::Changed, Some(&old)).await
}

/// The values of [`INSERT`].
pub(crate) fn insert_values(
    person: &Person,
    sealed: &Sealed,
    [national_id, passport, phone]: [Option<crate::Hash>; 3],
    sequence: i64,
) -> Vec<Value> {
    values![
        person.id,
        sealed.bytes.as_slice(),
        sealed.key,
        national_id,
        passport,
        phone,
        person.area.province.as_str(),
        person.area.commune.as_ref().map(|commune| commune.as_str()),
        person.assigned.as_deref(),
        person.merged_into,
        sequence,
        person.version,
        person.created_by,
        person.created_at,
        person.updated_at,
    ]
    .to_vec()
}

pub(crate) fn seal(
    ring: &Ring,
    id: PersonId,
    identity: &Identity,
    rng: &mut (dyn Rng + Send),
) -> Result<Sealed, StoreError> {
    let place = Place { table: "persons", column: "identity", row: &id.to_string() };
    ring.seal(place, &plain(identity)?, rng)
}

pub(crate) fn plain(identity: &Identity) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(identity).map(Into::into).map_err(|_| StoreError::NotAllowed("a name that is no text"))
}

/// Takes the next numbers of changes; returns the last. Others that change persons wait until this transaction ends, so that
/// numbers become visible in their order.
pub(crate) async fn next_sequence(tx: &mut Tx, count: i64) -> Result<i64, StoreError> {
    let sql = "UPDATE person_sequence SET last = last + $1 WHERE only_row = 1 RETURNING last";
    tx.fetch_one(sql, values![count]).await?.int("last")
}

pub(crate) fn identity_from(
    ring: &Ring,
    place: Place<'_>,
    key: i64,
    sealed: &[u8],
) -> Result<Identity, StoreError> {
    let plain = ring.open(place, key, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("identity"))
}

/// From the columns of `columns!`.
pub(crate) fn person_from(row: &Row, ring: &Ring) -> Result<Person, StoreError> {
    let id: PersonId = row.parsed("id")?;
    let place = Place { table: "persons", column: "identity", row: &id.to_string() };
    Ok(Person {
        id,
        identity: identity_from(ring, place, row.int("vault_key")?, &row.bytes("identity")?)?,
        area: row.area()?,
        assigned: row.opt_text("assigned")?,
        merged_into: row.opt_parsed("merged_into")?,
        version: row.small("version")?,
        created_by: row.parsed("created_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
