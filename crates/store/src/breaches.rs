//! The register of breaches, and whose data each concerns.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::messages::{self, NewMessage};
use crate::value::{Row, hex, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::breach::{Affected, Breach};
use bluezone_domain::id::BreachId;
use rand::Rng;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, found_at, created_at, created_by, unit, about_people, notified_at, closed_at, facts, vault_key \
             FROM breaches ",
            $rest
        )
    };
}

const BY_ID: &str = select!("WHERE id = $1");
pub(crate) const LIST: &str = select!("WHERE found_at > 0 ORDER BY found_at DESC, id DESC LIMIT $1");
pub(crate) const PEOPLE: &str =
    "SELECT id, person, vault_key, told_at FROM breach_people WHERE breach_id = $1 ORDER BY id";

/// Somebody whose data a breach concerns, as the register has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BreachPerson {
    /// Names the entry.
    pub id: String,
    /// Who.
    pub person: Affected,
    /// When they were told.
    pub told_at: Option<Timestamp>,
}

impl Store {
    /// Writes a breach down, or puts what is known now in the place of what was.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if it was closed meanwhile.
    pub async fn put_breach(&self, breach: &Breach, rng: &mut (dyn Rng + Send)) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let plain = serde_json::to_vec(&breach.facts)
                .map(zeroize::Zeroizing::new)
                .map_err(|_| StoreError::NotAllowed("facts that are no text"))?;
            let sealed = ring.seal(facts_place(&breach.id.to_string()), &plain, rng)?;
            let row = values![
                breach.id,
                breach.found_at,
                breach.created_at,
                breach.created_by,
                &breach.unit,
                breach.about_people,
                breach.notified_at,
                breach.closed_at,
                sealed.bytes.as_slice(),
                sealed.key,
            ];
            transaction!(self.db, tx => {
                let sql = "INSERT INTO breaches (id, found_at, created_at, created_by, unit, about_people, notified_at, \
                           closed_at, facts, vault_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                           ON CONFLICT (id) DO UPDATE SET about_people = $6, notified_at = $7, closed_at = $8, \
                           facts = $9, vault_key = $10 WHERE breaches.closed_at IS NULL";
                match tx.execute(sql, row).await? {
                    0 => Err(StoreError::NotAllowed("the breach is closed")),
                    _ => Ok(()),
                }
            })
        })
    }

    /// A breach.
    pub async fn breach(&self, id: BreachId) -> Result<Option<Breach>, StoreError> {
        let rows = self.db.fetch_all(BY_ID, values![id]).await?;
        Ok(self.breaches_of(rows).await?.pop())
    }

    /// All breaches, the last found first, at most so many.
    pub async fn breaches(&self, most: u32) -> Result<Vec<Breach>, StoreError> {
        let rows = self.db.fetch_all(LIST, values![most]).await?;
        self.breaches_of(rows).await
    }

    /// Adds people to a breach; a telephone number that is there already is not added again.
    pub async fn add_breach_people(
        &self,
        breach: BreachId,
        people: &[Affected],
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let mut rows = Vec::with_capacity(people.len());
            for person in people {
                let id = format!("{breach}/{}", hex(&self.vault()?.phone_lookup(&person.phone)));
                let plain = serde_json::to_vec(person)
                    .map(zeroize::Zeroizing::new)
                    .map_err(|_| StoreError::NotAllowed("a name that is no text"))?;
                let sealed = ring.seal(person_place(&id), &plain, rng)?;
                rows.push(values![id, breach, sealed.bytes, sealed.key].to_vec());
            }
            transaction!(self.db, tx => {
                let sql = "INSERT INTO breach_people (id, breach_id, person, vault_key) VALUES ($1, $2, $3, $4) \
                           ON CONFLICT (id) DO NOTHING";
                for row in &rows {
                    tx.execute(sql, row).await?;
                }
                Ok(())
            })
        })
    }

    /// Whose data a breach concerns.
    pub async fn breach_people(&self, breach: BreachId) -> Result<Vec<BreachPerson>, StoreError> {
        let rows = self.db.fetch_all(PEOPLE, values![breach]).await?;
        let ring = self.ring_for(&rows).await?;
        let person = |row: &Row| {
            let id = row.text("id")?;
            let plain = ring.open(person_place(&id), row.int("vault_key")?, &row.bytes("person")?)?;
            let person = serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("person"))?;
            Ok(BreachPerson { id, person, told_at: row.opt_time("told_at")? })
        };
        rows.iter().map(person).collect()
    }

    /// Notes that somebody was told, with the message if they have an inbox. Told twice is told once.
    pub async fn tell_breach_person(
        &self,
        person: &str,
        now: Timestamp,
        message: Option<&NewMessage>,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let message = message.map(|message| messages::seal(&ring, message, rng)).transpose()?;
            transaction!(self.db, tx => {
                let sql = "UPDATE breach_people SET told_at = $2 WHERE id = $1 AND told_at IS NULL";
                match (tx.execute(sql, values![person, now]).await?, &message) {
                    (1, Some(message)) => messages::insert(&mut tx, message).await,
                    _ => Ok(()),
                }
            })
        })
    }

    async fn breaches_of(&self, rows: Vec<Row>) -> Result<Vec<Breach>, StoreError> {
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| breach_from(row, &ring)).collect()
    }
}

fn facts_place(row: &str) -> Place<'_> {
    Place { table: "breaches", column: "facts", row }
}

fn person_place(row: &str) -> Place<'_> {
    Place { table: "breach_people", column: "person", row }
}

fn breach_from(row: &Row, ring: &Ring) -> Result<Breach, StoreError> {
    let id: BreachId = row.parsed("id")?;
    let plain = ring.open(facts_place(&id.to_string()), row.int("vault_key")?, &row.bytes("facts")?)?;
    Ok(Breach {
        id,
        found_at: row.time("found_at")?,
        created_at: row.time("created_at")?,
        created_by: row.parsed("created_by")?,
        unit: row.text("unit")?,
        about_people: row.small("about_people")?,
        notified_at: row.opt_time("notified_at")?,
        closed_at: row.opt_time("closed_at")?,
        facts: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("facts"))?,
    })
}
