//! One-time codes as they are issued and shown. Trading one for a token: `redeem.rs`.

use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::code::{CodeKind, ContactFacts, MOST_LIVE};
use bluezone_domain::contact::Class;
use bluezone_domain::id::{CaseId, CodeId, ContactId, OfficerId};
use std::fmt;

pub(crate) const LIVE_SHORT: &str =
    "SELECT COUNT(*) AS live FROM codes WHERE kind = 'short' AND used_at IS NULL AND expires_at > $1";

const LIVE_OF_CASE: &str = "SELECT COUNT(*) AS live FROM codes WHERE case_id = $1 AND contact_id IS NULL \
     AND used_at IS NULL AND expires_at > $2";
const LIVE_OF_CONTACT: &str =
    "SELECT COUNT(*) AS live FROM codes WHERE contact_id = $1 AND used_at IS NULL AND expires_at > $2";

/// Whose phone a code is for: exactly one of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeFor {
    /// A case.
    Case(CaseId),
    /// A contact.
    Contact(ContactId),
}

/// A code to be issued. `Debug` hides the hash.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCode {
    /// Names this issuing.
    pub id: CodeId,
    /// For this case; or, with a contact, for that contact of its chain.
    pub case: CaseId,
    /// The contact, and what its phone is told; `None`: the case itself.
    pub contact: Option<(ContactId, ContactFacts)>,
    /// Short or link.
    pub kind: CodeKind,
    /// Keyed hash of the code.
    pub code_hash: Hash,
    /// Who issues it.
    pub issued_by: OfficerId,
    /// When.
    pub issued_at: Timestamp,
    /// The first second in which it no longer works.
    pub expires_at: Timestamp,
}

impl fmt::Debug for NewCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCode").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Whether a code can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeState {
    /// It waits for its phone.
    Live,
    /// A phone traded it for a token.
    Used(Timestamp),
    /// Its time ran out.
    Expired,
}

/// A code that was issued, without the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IssuedCode {
    /// Names this issuing.
    pub id: CodeId,
    /// Short or link.
    pub kind: CodeKind,
    /// Who issued it.
    pub issued_by: OfficerId,
    /// When.
    pub issued_at: Timestamp,
    /// The first second in which it no longer works.
    pub expires_at: Timestamp,
    /// Whether it can be used.
    pub state: CodeState,
}

impl Store {
    /// Issues a code.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the same code is on record (a short one may be drawn again): draw another.
    /// [`StoreError::NotFound`] if there is no such case, or no such contact of it. [`StoreError::NotAllowed`] if
    /// [`MOST_LIVE`] codes of the case or contact wait to be used, or if the contact is none that an officer concluded to be
    /// F1, or has become a case.
    pub async fn issue_code(&self, code: &NewCode) -> Result<(), StoreError> {
        let insert = values![
            code.id,
            code.case,
            code.contact.map(|(contact, _)| contact),
            code.contact.map(|(_, facts)| facts.publish_from),
            code.kind.as_str(),
            code.code_hash,
            code.issued_by,
            code.issued_at,
            code.expires_at,
        ];
        transaction!(self.db, tx => {
            // Locked: codes of one case are issued one after another, and counted.
            let case = for_update!("SELECT 1 AS one FROM cases WHERE id = $1");
            if tx.fetch_optional(case, values![code.case]).await?.is_none() {
                return Err(StoreError::NotFound("the case"));
            }
            if let Some((contact, _)) = code.contact {
                let sql = for_update!(
                    "SELECT class, concluded, became_case FROM contacts WHERE id = $1 AND case_id = $2"
                );
                let row = tx.fetch_optional(sql, values![contact, code.case]).await?;
                if !may_publish(&row.ok_or(StoreError::NotFound("the contact"))?)? {
                    return Err(StoreError::NotAllowed("only a contact concluded to be F1 may publish as one"));
                }
            }
            let inserted = tx
                .execute(
                    "INSERT INTO codes (id, case_id, contact_id, publish_from, kind, code_hash, issued_by, issued_at, \
                     expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                    insert,
                )
                .await?;
            // First, so that the same form sent again is told from one code too many.
            if inserted == 0 {
                return Err(StoreError::Conflict("the code"));
            }
            let live = match code.contact {
                None => tx.fetch_one(LIVE_OF_CASE, values![code.case, code.issued_at]).await?,
                Some((contact, _)) => tx.fetch_one(LIVE_OF_CONTACT, values![contact, code.issued_at]).await?,
            };
            if live.int("live")? > MOST_LIVE {
                return Err(StoreError::NotAllowed("codes wait to be used already: cancel one first"));
            }
            Ok(())
        })
    }

    /// Ends a code that waits to be used; `false` if it does not (any more).
    pub async fn cancel_code(&self, case: CaseId, code: CodeId, now: Timestamp) -> Result<bool, StoreError> {
        self.cancel_code_of(CodeFor::Case(case), code, now).await
    }

    /// [`Store::cancel_code`], of a case or a contact.
    pub async fn cancel_code_of(
        &self,
        whose: CodeFor,
        code: CodeId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let cancelled = match whose {
                CodeFor::Case(case) => {
                    let sql = "UPDATE codes SET expires_at = $3 WHERE id = $1 AND case_id = $2 \
                               AND contact_id IS NULL AND used_at IS NULL AND expires_at > $3";
                    tx.execute(sql, values![code, case, now]).await?
                }
                CodeFor::Contact(contact) => {
                    let sql = "UPDATE codes SET expires_at = $3 WHERE id = $1 AND contact_id = $2 \
                               AND used_at IS NULL AND expires_at > $3";
                    tx.execute(sql, values![code, contact, now]).await?
                }
            };
            Ok(cancelled == 1)
        })
    }

    /// How many short codes could be hit by a guess.
    pub async fn live_short_codes(&self, now: Timestamp) -> Result<i64, StoreError> {
        self.db.fetch_one(LIVE_SHORT, values![now]).await?.int("live")
    }

    /// The codes issued for a case, newest first.
    pub async fn codes_of_case(&self, case: CaseId, now: Timestamp) -> Result<Vec<IssuedCode>, StoreError> {
        let sql = "SELECT id, kind, issued_by, issued_at, expires_at, used_at FROM codes WHERE case_id = $1 \
                   AND contact_id IS NULL ORDER BY issued_at DESC, id";
        let rows = self.db.fetch_all(sql, values![case]).await?;
        rows.into_iter().map(|row| issued_from(&row, now)).collect()
    }

    /// The codes issued for a contact, newest first.
    pub async fn codes_of_contact(
        &self,
        contact: ContactId,
        now: Timestamp,
    ) -> Result<Vec<IssuedCode>, StoreError> {
        let sql = "SELECT id, kind, issued_by, issued_at, expires_at, used_at FROM codes WHERE contact_id = $1 \
                   ORDER BY issued_at DESC, id";
        let rows = self.db.fetch_all(sql, values![contact]).await?;
        rows.into_iter().map(|row| issued_from(&row, now)).collect()
    }
}

/// Whether the row is of a contact that an officer concluded to be F1 and that is no case.
pub(crate) fn may_publish(contact: &Row) -> Result<bool, StoreError> {
    let class: Class = contact.parsed("class")?;
    let concluded = contact.int("concluded")? != 0;
    Ok(class.ring() == 1 && concluded && contact.opt_text("became_case")?.is_none())
}

fn issued_from(row: &Row, now: Timestamp) -> Result<IssuedCode, StoreError> {
    let expires_at = row.time("expires_at")?;
    let state = match row.opt_time("used_at")? {
        Some(at) => CodeState::Used(at),
        None if now < expires_at => CodeState::Live,
        None => CodeState::Expired,
    };
    Ok(IssuedCode {
        id: row.parsed("id")?,
        kind: row.parsed("kind")?,
        issued_by: row.parsed("issued_by")?,
        issued_at: row.time("issued_at")?,
        expires_at,
        state,
    })
}
