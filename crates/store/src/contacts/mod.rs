//! Contacts: registering and finding them. What changes them stands in the modules below.

mod batches;
mod cascade;
mod evidence;
mod list;
mod sheets;

pub use batches::ContactAssignment;
pub(crate) use cascade::follow_case_status;
pub use cascade::{ChainVersion, Conclusion, LoadedChain};
pub use list::{ContactCursor, ContactFilter};
#[cfg(test)]
pub(crate) use list::{LIST_ALL, LIST_OF_CASE, LIST_OF_COMMUNE, LIST_OF_PROVINCE, LIST_OF_UNIT};
pub use sheets::{FilledSheet, SheetSide};

use crate::Store;
use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring};
use bluezone_domain::Timestamp;
use bluezone_domain::contact::{Contact, ContactChange, Origin, Status, What};
use bluezone_domain::id::{CaseId, ContactBatchId, ContactId, OfficerId, PersonId};
use rand::Rng;

macro_rules! columns {
    () => {
        "id, person_id, case_id, number, origin_contact, source, relation, legal_basis, closeness, concluded, \
         rule_version, class, became_case, status, last_exposure, asked_at, due_at, province, commune, assigned, \
         version, created_by, created_at, updated_at"
    };
}
use columns;

pub(crate) const BY_ID: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE id = $1");

impl Store {
    /// Registers a contact, begins its history and gives its number within the case. [`Contact::number`] and
    /// [`Contact::version`] are not looked at.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is a contact of that identifier: the form was sent twice.
    /// [`StoreError::NotFound`] if there is no such case. [`StoreError::NotAllowed`] if the origin is of another case.
    pub async fn create_contact(&self, contact: &Contact) -> Result<u32, StoreError> {
        transaction!(self.db, tx => {
            lock_case(&mut tx, contact.case).await?;
            let origin = origin_contact(contact.origin);
            match contact.origin {
                Origin::Case(case) if case == contact.case => {}
                Origin::Case(_) => return Err(StoreError::NotAllowed("the origin is another case")),
                Origin::Contact(above) => {
                    let sql = "SELECT 1 AS one FROM contacts WHERE id = $1 AND case_id = $2";
                    let found = tx.fetch_optional(sql, values![above, contact.case]).await?;
                    found.ok_or(StoreError::NotAllowed("the origin is no contact of this case"))?;
                }
            }
            let sql = "SELECT COALESCE(MAX(number), 0) + 1 AS next FROM contacts WHERE case_id = $1";
            let number: u32 = tx.fetch_one(sql, values![contact.case]).await?.small("next")?;
            let inserted = tx
                .execute(
                    "INSERT INTO contacts (id, person_id, case_id, number, origin_contact, source, relation, \
                     legal_basis, closeness, concluded, rule_version, class, became_case, status, last_exposure, \
                     asked_at, due_at, province, commune, assigned, version, created_by, created_at, updated_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
                     $20, 1, $21, $22, $22) ON CONFLICT (id) DO NOTHING",
                    values![
                        contact.id,
                        contact.person,
                        contact.case,
                        number,
                        origin,
                        contact.source.as_str(),
                        contact.relation.as_str(),
                        contact.legal_basis.as_str(),
                        contact.closeness.as_str(),
                        contact.concluded,
                        contact.rule_version,
                        contact.class.as_str(),
                        contact.became,
                        contact.status.as_str(),
                        contact.last_exposure,
                        contact.asked_at,
                        contact.due_at,
                        contact.area.province.as_str(),
                        contact.area.commune.as_ref().map(|commune| commune.as_str()),
                        contact.assigned.as_deref(),
                        contact.created_by,
                        contact.created_at,
                    ],
                )
                .await?;
            if inserted == 0 {
                return Err(StoreError::Conflict("the contact"));
            }
            let line = Line::new(What::Registered, contact.created_by, contact.created_at);
            add_change(&mut tx, contact.id, line.to(contact.class.as_str())).await?;
            Ok(number)
        })
    }

    /// A contact.
    pub async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StoreError> {
        self.db.fetch_optional(BY_ID, values![id]).await?.map(contact_from).transpose()
    }

    /// The contacts of one person, in whichever chains, oldest first.
    pub async fn contacts_of_person(&self, person: PersonId) -> Result<Vec<Contact>, StoreError> {
        let sql =
            concat!("SELECT ", columns!(), " FROM contacts WHERE person_id = $1 ORDER BY created_at, id");
        self.db.fetch_all(sql, values![person]).await?.into_iter().map(contact_from).collect()
    }

    /// A contact's history, oldest first.
    pub async fn contact_changes(&self, id: ContactId) -> Result<Vec<ContactChange>, StoreError> {
        let sql = "SELECT id, at, by_officer, what, before, after, reason, vault_key, batch_id FROM contact_changes \
                   WHERE contact_id = $1 ORDER BY number";
        let rows = self.db.fetch_all(sql, values![id]).await?;
        // Most histories hold no words, and need no key.
        let sealed = rows.iter().map(|row| row.opt_int("vault_key")).collect::<Result<Vec<_>, _>>()?;
        let ring = match sealed.iter().any(Option::is_some) {
            true => Some(self.ring_for(&rows).await?),
            false => None,
        };
        rows.iter().map(|row| change_from(row, ring.as_deref())).collect()
    }

    /// Notes how far the work with a contact is, when the person was asked, and when they are due next.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn follow_contact(
        &self,
        id: ContactId,
        status: Status,
        due_at: Option<Timestamp>,
        by: OfficerId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT status FROM contacts WHERE id = $1");
            let row = tx.fetch_optional(sql, values![id]).await?.ok_or(StoreError::NotFound("the contact"))?;
            tx.execute(
                "UPDATE contacts SET status = $2, asked_at = $3, due_at = $4, version = version + 1, \
                 updated_at = $3 WHERE id = $1",
                values![id, status.as_str(), at, due_at],
            )
            .await?;
            let before = row.text("status")?;
            let line = Line::new(What::Status, by, at).from(&before).to(status.as_str());
            add_change(&mut tx, id, line).await
        })
    }
}

/// Whoever changes a chain holds its case: numbers, classes and batches are not raced for.
async fn lock_case(tx: &mut Tx, case: CaseId) -> Result<(), StoreError> {
    let found = tx.fetch_optional(for_update!("SELECT id FROM cases WHERE id = $1"), values![case]).await?;
    found.map(drop).ok_or(StoreError::NotFound("the case"))
}

/// A line to add to a contact's history.
struct Line<'a> {
    what: What,
    by: OfficerId,
    at: Timestamp,
    from: &'a str,
    to: &'a str,
    reason: Option<Reason<'a>>,
    batch: Option<ContactBatchId>,
}

impl<'a> Line<'a> {
    fn new(what: What, by: OfficerId, at: Timestamp) -> Line<'a> {
        Line { what, by, at, from: "", to: "", reason: None, batch: None }
    }

    fn from(self, from: &'a str) -> Line<'a> {
        Line { from, ..self }
    }

    fn to(self, to: &'a str) -> Line<'a> {
        Line { to, ..self }
    }

    fn of(self, batch: ContactBatchId) -> Line<'a> {
        Line { batch: Some(batch), ..self }
    }
}

/// An officer's words, and what they are sealed with.
struct Reason<'a> {
    words: &'a str,
    ring: &'a Ring,
    rng: &'a mut (dyn Rng + Send),
}

async fn add_change(tx: &mut Tx, contact: ContactId, line: Line<'_>) -> Result<(), StoreError> {
    // The number is not raced for: whoever changes a contact has locked it or its case.
    let sql = "SELECT COALESCE(MAX(number), 0) + 1 AS next FROM contact_changes WHERE contact_id = $1";
    let number = tx.fetch_one(sql, values![contact]).await?.int("next")?;
    let id = format!("{contact}/{number}");
    let sealed =
        line.reason.map(|reason| reason.ring.seal(reason_place(&id), reason.words.as_bytes(), reason.rng));
    let (bytes, key) = sealed.transpose()?.map(|sealed| (sealed.bytes, sealed.key)).unzip();
    tx.execute(
        "INSERT INTO contact_changes (id, contact_id, number, at, by_officer, what, before, after, reason, vault_key, \
         batch_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            &id,
            contact,
            number,
            line.at,
            line.by,
            line.what.as_str(),
            line.from,
            line.to,
            bytes,
            key,
            line.batch,
        ],
    )
    .await?;
    Ok(())
}

fn reason_place(row: &str) -> Place<'_> {
    Place { table: "contact_changes", column: "reason", row }
}

fn origin_contact(origin: Origin) -> Option<ContactId> {
    match origin {
        Origin::Case(_) => None,
        Origin::Contact(above) => Some(above),
    }
}

fn contact_from(row: Row) -> Result<Contact, StoreError> {
    let case = row.parsed("case_id")?;
    let above = row.opt_parsed("origin_contact")?;
    Ok(Contact {
        id: row.parsed("id")?,
        person: row.parsed("person_id")?,
        case,
        number: row.small("number")?,
        origin: above.map_or(Origin::Case(case), Origin::Contact),
        source: row.parsed("source")?,
        relation: row.parsed("relation")?,
        legal_basis: row.parsed("legal_basis")?,
        closeness: row.parsed("closeness")?,
        concluded: row.int("concluded")? != 0,
        rule_version: row.small("rule_version")?,
        class: row.parsed("class")?,
        became: row.opt_parsed("became_case")?,
        status: row.parsed("status")?,
        last_exposure: row.time("last_exposure")?,
        asked_at: row.opt_time("asked_at")?,
        due_at: row.opt_time("due_at")?,
        area: row.area()?,
        assigned: row.opt_text("assigned")?,
        version: row.small("version")?,
        created_by: row.parsed("created_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn change_from(row: &Row, ring: Option<&Ring>) -> Result<ContactChange, StoreError> {
    let reason = match (row.opt_bytes("reason")?, row.opt_int("vault_key")?, ring) {
        (Some(sealed), Some(key), Some(ring)) => {
            let plain = ring.open(reason_place(&row.text("id")?), key, &sealed)?;
            Some(String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Corrupt("reason"))?)
        }
        _ => None,
    };
    Ok(ContactChange {
        at: row.time("at")?,
        by: row.parsed("by_officer")?,
        what: row.parsed("what")?,
        from: row.text("before")?,
        to: row.text("after")?,
        reason,
        batch: row.opt_parsed("batch_id")?,
    })
}
