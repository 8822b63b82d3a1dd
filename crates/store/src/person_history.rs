//! What happened to persons' records.

use crate::Store;
use crate::db::{Tx, Value, for_update};
use crate::error::StoreError;
use crate::persons::{identity_from, plain};
use crate::value::{Row, values};
use crate::vault::{Place, Ring, Sealed};
use bluezone_domain::Timestamp;
use bluezone_domain::id::{OfficerId, PersonId};
use bluezone_domain::person::{Identity, Person};
use rand::Rng;

pub(crate) const CHANGES: &str = "SELECT id, at, by_officer, what, other, before, vault_key \
     FROM person_changes WHERE person_id = $1 ORDER BY number";
pub(crate) const INSERT_CHANGE: &str = "INSERT INTO person_changes (id, person_id, number, at, by_officer, what, other, \
     before, vault_key)";
pub(crate) const CHANGE_COLUMNS: usize = 9;

/// What happened to a person's record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PersonEvent {
    /// It was made.
    Registered,
    /// It was changed.
    Changed,
    /// Another record speaks for it from then on.
    MergedInto(PersonId),
    /// It speaks for another record from then on.
    TookIn(PersonId),
    /// It stands for itself again, and no longer under that record.
    PartedFrom(PersonId),
    /// It no longer speaks for that record.
    LetGo(PersonId),
}

impl PersonEvent {
    fn parts(self) -> (&'static str, Option<PersonId>) {
        match self {
            PersonEvent::Registered => ("registered", None),
            PersonEvent::Changed => ("changed", None),
            PersonEvent::MergedInto(other) => ("merged_into", Some(other)),
            PersonEvent::TookIn(other) => ("took_in", Some(other)),
            PersonEvent::PartedFrom(other) => ("parted_from", Some(other)),
            PersonEvent::LetGo(other) => ("let_go", Some(other)),
        }
    }

    fn from_parts(what: &str, other: Option<PersonId>) -> Option<PersonEvent> {
        Some(match (what, other) {
            ("registered", None) => PersonEvent::Registered,
            ("changed", None) => PersonEvent::Changed,
            ("merged_into", Some(other)) => PersonEvent::MergedInto(other),
            ("took_in", Some(other)) => PersonEvent::TookIn(other),
            ("parted_from", Some(other)) => PersonEvent::PartedFrom(other),
            ("let_go", Some(other)) => PersonEvent::LetGo(other),
            _ => return None,
        })
    }
}

/// One line of a person's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: OfficerId,
    /// What.
    pub event: PersonEvent,
    /// Who they were before, if that changed.
    pub before: Option<Identity>,
}

impl Store {
    /// A person's history, oldest first.
    pub async fn person_changes(&self, id: PersonId) -> Result<Vec<PersonChange>, StoreError> {
        let rows = self.db.fetch_all(CHANGES, values![id]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| change_from(row, &ring)).collect()
    }
}

/// The values of [`INSERT_CHANGE`] for a person who is registered.
pub(crate) fn first_change_values(person: &Person) -> Vec<Value> {
    let event = PersonEvent::Registered.parts();
    change_values(person.id, 1, person.created_by, person.created_at, event, None)
}

fn change_values(
    person: PersonId,
    number: i64,
    by: OfficerId,
    at: Timestamp,
    (what, other): (&'static str, Option<PersonId>),
    before: Option<&Sealed>,
) -> Vec<Value> {
    values![
        change_id(person, number),
        person,
        number,
        at,
        by,
        what,
        other,
        before.map(|sealed| sealed.bytes.as_slice()),
        before.map(|sealed| sealed.key),
    ]
    .to_vec()
}

pub(crate) fn seal_before(
    ring: &Ring,
    id: PersonId,
    number: i64,
    identity: &Identity,
    rng: &mut (dyn Rng + Send),
) -> Result<Sealed, StoreError> {
    let place = Place { table: "person_changes", column: "before", row: &change_id(id, number) };
    ring.seal(place, &plain(identity)?, rng)
}

fn change_id(id: PersonId, number: i64) -> String {
    format!("{id}/{number}")
}

pub(crate) async fn next_change(tx: &mut Tx, person: PersonId) -> Result<i64, StoreError> {
    tx.fetch_optional(for_update!("SELECT id FROM persons WHERE id = $1"), values![person]).await?;
    let sql = "SELECT COALESCE(MAX(number), 0) + 1 AS next FROM person_changes WHERE person_id = $1";
    tx.fetch_one(sql, values![person]).await?.int("next")
}

/// Adds to a person's history.
pub(crate) async fn add_change(
    tx: &mut Tx,
    person: PersonId,
    by: OfficerId,
    at: Timestamp,
    event: PersonEvent,
    before: Option<&Sealed>,
) -> Result<(), StoreError> {
    let number = next_change(tx, person).await?;
    add_numbered(tx, person, number, by, at, event, before).await
}

pub(crate) async fn add_numbered(
    tx: &mut Tx,
    person: PersonId,
    number: i64,
    by: OfficerId,
    at: Timestamp,
    event: PersonEvent,
    before: Option<&Sealed>,
) -> Result<(), StoreError> {
    let change = change_values(person, number, by, at, event.parts(), before);
    tx.insert_rows(INSERT_CHANGE, CHANGE_COLUMNS, &[change]).await
}

fn change_from(row: &Row, ring: &Ring) -> Result<PersonChange, StoreError> {
    let event = PersonEvent::from_parts(&row.text("what")?, row.opt_parsed("other")?);
    let before = match (row.opt_bytes("before")?, row.opt_int("vault_key")?) {
        (Some(sealed), Some(key)) => {
            let place = Place { table: "person_changes", column: "before", row: &row.text("id")? };
            Some(identity_from(ring, place, key, &sealed)?)
        }
        _ => None,
    };
    Ok(PersonChange {
        at: row.time("at")?,
        by: row.parsed("by_officer")?,
        event: event.ok_or(StoreError::Corrupt("what"))?,
        before,
    })
}
