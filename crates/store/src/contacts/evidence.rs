//! What two phones' histories said together about a contact.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::id::ContactId;
use std::fmt;

/// A comparison that was made. `Debug` hides the details, which are sealed besides.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// When it was made.
    pub at: Timestamp,
    /// Its verdict in one word, as [`bluezone_domain::evidence::Verdict::as_str`] gives it.
    pub verdict: String,
    /// Minutes that both recorded.
    pub minutes: u32,
    /// Of a thousand, how likely it was a contact.
    pub likely_permille: u32,
    /// The comparison, sealed by the server.
    pub details_sealed: Vec<u8>,
}

impl fmt::Debug for EvidenceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvidenceRecord").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a comparison; one made in the same second replaces it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such contact.
    pub async fn add_evidence(&self, contact: ContactId, record: &EvidenceRecord) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let found = tx.fetch_optional("SELECT 1 AS one FROM contacts WHERE id = $1", values![contact]).await?;
            found.ok_or(StoreError::NotFound("the contact"))?;
            tx.execute(
                "INSERT INTO contact_evidence (contact_id, at, verdict, minutes, likely_permille, details) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (contact_id, at) \
                 DO UPDATE SET verdict = $3, minutes = $4, likely_permille = $5, details = $6",
                values![
                    contact,
                    record.at,
                    &record.verdict,
                    record.minutes,
                    record.likely_permille,
                    record.details_sealed.as_slice(),
                ],
            )
            .await?;
            Ok(())
        })
    }

    /// The comparisons made for a contact, newest first.
    pub async fn evidence_of(&self, contact: ContactId) -> Result<Vec<EvidenceRecord>, StoreError> {
        let sql = "SELECT at, verdict, minutes, likely_permille, details FROM contact_evidence \
                   WHERE contact_id = $1 ORDER BY at DESC";
        let rows = self.db.fetch_all(sql, values![contact]).await?;
        let record = |row: crate::value::Row| {
            Ok(EvidenceRecord {
                at: row.time("at")?,
                verdict: row.text("verdict")?,
                minutes: row.small("minutes")?,
                likely_permille: row.small("likely_permille")?,
                details_sealed: row.bytes("details")?,
            })
        };
        rows.into_iter().map(record).collect()
    }
}
