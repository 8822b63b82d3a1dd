//! Those for whom citizens declare.

use crate::db::{Sql, Tx, Value, transaction};
use crate::error::StoreError;
use crate::group::By;
use crate::value::{Row, values};
use crate::vault::{Place, Ring, Sealed, Vault};
use crate::vault_keys::sealing;
use crate::{Hash, Store};
use bluezone_codes::pass::CardId;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::{MOST_PROFILES, Profile, insurance_digits, qid};
use bluezone_domain::id::{CitizenId, ProfileId};
use rand::Rng;
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};

macro_rules! columns {
    () => {
        "SELECT id, citizen_id, own, person, vault_key, card, created_at, updated_at FROM profiles"
    };
}
const BY_ID: &str = concat!(columns!(), " WHERE id = $1");
pub(crate) const OF_CITIZEN: By =
    By { select: concat!(columns!(), " WHERE citizen_id IN"), column: "citizen_id" };
pub(crate) const OF_ACCOUNT: &str = concat!(columns!(), " WHERE citizen_id = $1");
pub(crate) const BY_CARD: &str = concat!(columns!(), " WHERE card = $1");

impl Store {
    /// Makes a profile, or replaces what is known of who it is. Card and citizen stay as they are.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] beyond [`MOST_PROFILES`]; [`StoreError::NotFound`] for another citizen's profile;
    /// [`StoreError::Conflict`] for a second profile of the citizen themself.
    pub async fn put_profile(&self, profile: &Profile, rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let row = row(profile, seal(&ring, profile, rng)?, self.vault()?);
            transaction!(self.db, tx => { put(&mut tx, profile, &row).await })
        })
    }

    /// A profile.
    pub async fn profile(&self, id: ProfileId) -> Result<Option<Profile>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(BY_ID, values![id]).await?.into_iter().collect();
        Ok(self.profiles_from(&rows).await?.pop())
    }

    /// A citizen's profiles: their own, then the others in the order in which they came.
    pub async fn profiles_of(&self, citizen: CitizenId) -> Result<Vec<Profile>, StoreError> {
        let rows = self.groups.profiles.rows(&self.db, citizen.into()).await?;
        let mut profiles = self.profiles_from(&rows).await?;
        profiles.sort_by_key(|profile| (!profile.is_own(), profile.created_at, profile.id));
        Ok(profiles)
    }

    /// Whose card that is. A card that was replaced is nobody's.
    pub async fn profile_by_card(&self, card: CardId) -> Result<Option<Profile>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(BY_CARD, values![card.0]).await?.into_iter().collect();
        Ok(self.profiles_from(&rows).await?.pop())
    }

    /// Gives a profile another card: every code of the old one is over.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn replace_card(&self, id: ProfileId, card: CardId, now: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE profiles SET card = $2, updated_at = $3 WHERE id = $1";
            match tx.execute(sql, values![id, card.0, now]).await? {
                0 => Err(StoreError::NotFound("the profile")),
                _ => Ok(()),
            }
        })
    }

    /// Deletes somebody for whom a citizen declared, with what was declared for them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_profile(&self, id: ProfileId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            match tx.execute("DELETE FROM profiles WHERE id = $1", values![id]).await? {
                0 => Err(StoreError::NotFound("the profile")),
                _ => Ok(()),
            }
        })
    }

    /// A citizen's profiles, in no order, within a transaction.
    pub(crate) async fn profiles_within(
        &self,
        tx: &mut Tx,
        citizen: CitizenId,
    ) -> Result<Vec<Profile>, StoreError> {
        let rows = tx.fetch_all(OF_ACCOUNT, values![citizen]).await?;
        self.profiles_from(&rows).await
    }

    async fn profiles_from(&self, rows: &[impl Borrow<Row>]) -> Result<Vec<Profile>, StoreError> {
        let ring = self.ring_for(rows).await?;
        rows.iter().map(|row| profile_from(row.borrow(), &ring)).collect()
    }
}

/// The values of a row, sealed.
pub(crate) fn row(profile: &Profile, sealed: Sealed, vault: &Vault) -> Vec<Value> {
    let [card, insurance, qid] = said_by_cards(profile, vault);
    values![
        profile.id,
        profile.citizen,
        profile.is_own(),
        sealed.bytes,
        sealed.key,
        profile.card.0,
        profile.created_at,
        profile.updated_at,
        card,
        insurance,
        qid,
        CARDS_VERSION,
    ]
    .to_vec()
}

/// Which hashes of cards a profile has; 0 is of those from before there were any.
const CARDS_VERSION: i64 = 1;

/// The hashes of what this person's cards say: identity card, health insurance card, national format.
fn said_by_cards(profile: &Profile, vault: &Vault) -> [Option<Hash>; 3] {
    let person = &profile.person;
    let said = |kind: &str, number: Option<&str>| {
        let number = number.filter(|number| !number.is_empty())?;
        vault.said_lookup(&format!("{kind} {number}"), &person.identity)
    };
    // As the keys of guests begin: `Visitor::key`.
    [
        said("card", person.identity.national_id.as_ref().map(|number| number.as_str())),
        said("number insurance", Some(&insurance_digits(&person.insurance))),
        said("number qid", Some(&qid(profile.id))),
    ]
}

/// By name: what stays, because it does not open, is passed over.
pub(crate) const WITHOUT_CARDS: &str =
    concat!(columns!(), " WHERE cards_version = 0 AND id > $1 ORDER BY id LIMIT $2");
/// Not if it was changed meanwhile: then it has them, or its turn comes.
const SET_CARDS: &str = "UPDATE profiles SET card_hash = $3, insurance_hash = $4, qid_hash = $5, cards_version = $6 \
     WHERE id = $1 AND updated_at = $2 AND cards_version = 0";
/// Profiles that one transaction looks through.
const AT_ONCE: u32 = 500;
/// Transactions of one round, so that what comes next waits for a second or two.
const BATCHES_A_ROUND: usize = 10;

impl Store {
    /// Hashes what the cards of profiles say that were written before that was done, so that they are warned like the others; so
    /// many of them, the rest at the next round. Returns how many it were.
    pub async fn hash_cards(&self) -> Result<u64, StoreError> {
        let (mut hashed, mut last) = (0, String::new());
        for _ in 0..BATCHES_A_ROUND {
            let rows = self.db.fetch_all(WITHOUT_CARDS, values![last.as_str(), AT_ONCE]).await?;
            let Some(newest) = rows.last() else { break };
            last = newest.text("id")?;
            let ring = self.ring_for(&rows).await?;
            let mut profiles = Vec::with_capacity(rows.len());
            for row in &rows {
                match profile_from(row, &ring) {
                    Ok(profile) => profiles.push(profile),
                    // One that is broken takes no warning from the others.
                    Err(error) => tracing::error!(%error, "a profile cannot be read"),
                }
            }
            let vault = self.vault()?;
            hashed += transaction!(self.db, tx => {
                let mut set = 0;
                for profile in &profiles {
                    let [card, insurance, qid] = said_by_cards(profile, vault);
                    let row = values![profile.id, profile.updated_at, card, insurance, qid, CARDS_VERSION];
                    set += tx.execute(SET_CARDS, row).await?;
                }
                Ok(set)
            })?;
            if rows.len() < AT_ONCE as usize {
                break;
            }
        }
        Ok(hashed)
    }
}

const PUT: &str = "INSERT INTO profiles (id, citizen_id, own, person, vault_key, card, created_at, updated_at, card_hash, insurance_hash, \
     qid_hash, cards_version)";
const PUT_COLUMNS: usize = 12;
const OR_CHANGE: &str = "ON CONFLICT (id) DO UPDATE SET person = excluded.person, vault_key = excluded.vault_key, \
     updated_at = excluded.updated_at, card_hash = excluded.card_hash, insurance_hash = excluded.insurance_hash, \
     qid_hash = excluded.qid_hash, cards_version = excluded.cards_version WHERE profiles.citizen_id = excluded.citizen_id";

/// Not so that whoever writes what refers to a citizen waited, too.
const LOCK_CITIZEN: Sql = Sql {
    sqlite: "SELECT id FROM citizens WHERE id = $1",
    postgres: "SELECT id FROM citizens WHERE id = $1 FOR NO KEY UPDATE",
};
const LOCK_CITIZENS: &str =
    "SELECT id FROM citizens WHERE id = ANY(CAST($1 AS TEXT[])) ORDER BY id FOR NO KEY UPDATE";
const OF_CITIZENS: &str =
    "SELECT id, citizen_id, own FROM profiles WHERE citizen_id = ANY(CAST($1 AS TEXT[]))";

/// With the arrays of each.
#[cfg(test)]
pub(crate) const BATCHES: [(&str, &str, &[&str]); 2] =
    [("citizens", LOCK_CITIZENS, &["TEXT[]"]), ("profiles of citizens", OF_CITIZENS, &["TEXT[]"])];

/// Writes such rows of many citizens, one of each, on PostgreSQL. Returns those that it did not write: they are to be put by
/// themselves, and refused then. All of the transaction's citizens are locked, as by [`put`].
pub(crate) async fn put_all(
    tx: &mut Tx,
    citizens: &[Vec<Value>],
    all: &[&(Profile, Vec<Value>)],
) -> Result<HashSet<ProfileId>, StoreError> {
    if all.is_empty() {
        return Ok(HashSet::new());
    }
    let mut others: HashMap<CitizenId, Vec<(ProfileId, bool)>> = HashMap::new();
    for row in tx.fetch_batch(LOCK_CITIZENS, citizens, &[]).await? {
        others.insert(row.parsed("id")?, Vec::new());
    }
    for row in tx.fetch_batch(OF_CITIZENS, citizens, &[]).await? {
        let of = others.entry(row.parsed("citizen_id")?).or_default();
        of.push((row.parsed("id")?, row.int("own")? != 0));
    }
    let fits = |profile: &Profile| {
        others.get(&profile.citizen).is_some_and(|others| {
            let mut others = others.iter().filter(|(id, _)| *id != profile.id);
            others.clone().count() < MOST_PROFILES && !others.any(|(_, own)| *own && profile.is_own())
        })
    };
    let (put, left): (Vec<_>, Vec<_>) = all.iter().copied().partition(|(profile, _)| fits(profile));
    let rows: Vec<_> = put.iter().map(|(_, row)| row).collect();
    if tx.insert_rows_or(PUT, OR_CHANGE, PUT_COLUMNS, &rows).await? < rows.len() as u64 {
        return Err(StoreError::NotFound("the profile"));
    }
    Ok(left.iter().map(|(profile, _)| profile.id).collect())
}

/// Writes such a row.
pub(crate) async fn put(tx: &mut Tx, profile: &Profile, row: &[Value]) -> Result<(), StoreError> {
    // One at a time for a citizen: two that make the same profile at once would both find that there is none, and one would
    // then fail at the index of own profiles, which `ON CONFLICT (id)` does not name.
    if tx.fetch_optional(LOCK_CITIZEN, values![profile.citizen]).await?.is_none() {
        return Err(StoreError::NotFound("the citizen"));
    }
    let count = "SELECT COUNT(*) AS profiles FROM profiles WHERE citizen_id = $1 AND id <> $2";
    let others = tx.fetch_one(count, values![profile.citizen, profile.id]).await?.int("profiles")?;
    if others >= MOST_PROFILES as i64 {
        return Err(StoreError::NotAllowed("a citizen declares for no more people"));
    }
    match tx.insert_rows_or(PUT, OR_CHANGE, PUT_COLUMNS, &[row]).await {
        Ok(0) => Err(StoreError::NotFound("the profile")),
        Ok(_) => Ok(()),
        Err(error) => Err(error.or_conflict("the citizen's own profile")),
    }
}

pub(crate) fn seal(ring: &Ring, profile: &Profile, rng: &mut (dyn Rng + Send)) -> Result<Sealed, StoreError> {
    let plain = serde_json::to_vec(&profile.person)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| StoreError::NotAllowed("a person that is no text"))?;
    ring.seal(place(&profile.id.to_string()), &plain, rng)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "profiles", column: "person", row }
}

fn profile_from(row: &Row, ring: &Ring) -> Result<Profile, StoreError> {
    let id: ProfileId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("person")?)?;
    Ok(Profile {
        id,
        citizen: row.parsed("citizen_id")?,
        person: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("person"))?,
        card: CardId(row.array("card")?),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
