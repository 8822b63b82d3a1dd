//! What two phones' histories said together about a contact.

use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::value::values;
use crate::vault::Place;
use crate::vault_keys::sealing;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::evidence::Comparison;
use bluezone_domain::graph::Evidence;
use bluezone_domain::id::{CaseId, ContactId};
use rand::Rng;
use std::collections::HashMap;

const OF_CONTACT: &str =
    "SELECT id, at, details, vault_key FROM contact_evidence WHERE contact_id = $1 ORDER BY at DESC";

const OF_CASE: &str = "SELECT e.contact_id AS contact_id, e.verdict AS verdict FROM contacts c \
     JOIN contact_evidence e ON e.contact_id = c.id WHERE c.case_id = $1 ORDER BY e.at";

impl Store {
    /// Keeps a comparison and which uploads it was made of; one made in the same second replaces it. Its encounters are
    /// sealed, verdict, minutes and probability stand beside them for lists. It goes when one of the uploads is taken back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such contact, or one of the uploads was taken back meanwhile.
    pub async fn add_evidence(
        &self,
        contact: ContactId,
        at: Timestamp,
        comparison: &Comparison,
        uploads: &[Hash],
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let id = format!("{contact}/{}", at.0);
        let verdict = comparison.verdict().map_or("none", |verdict| verdict.as_str());
        let minutes: f64 = comparison.days.iter().map(|day| day.two_sided_minutes).sum();
        let likely = comparison.days.iter().map(|day| day.probability).fold(0.0, f64::max);
        let plain = serde_json::to_vec(comparison).map_err(|_| StoreError::Corrupt("a comparison"))?;
        sealing!(self, ring => {
            let sealed = ring.seal(place(&id), &plain, &mut *rng)?;
            transaction!(self.db, tx => {
                let there = tx.fetch_optional("SELECT id FROM contacts WHERE id = $1", values![contact]).await?;
                there.ok_or(StoreError::NotFound("the contact"))?;
                for upload in uploads {
                    // Locked: whoever takes it back meanwhile waits, and then takes this with it.
                    let sql = for_update!("SELECT 1 AS one FROM uploads WHERE hash = $1");
                    let there = tx.fetch_optional(sql, values![*upload]).await?;
                    there.ok_or(StoreError::NotFound("the upload"))?;
                }
                tx.execute(
                    "INSERT INTO contact_evidence (id, contact_id, at, verdict, minutes, likely_permille, details, \
                     vault_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) \
                     DO UPDATE SET verdict = $4, minutes = $5, likely_permille = $6, details = $7, vault_key = $8",
                    values![
                        &id,
                        contact,
                        at,
                        verdict,
                        minutes.round() as i64,
                        (likely * 1000.0).round() as i64,
                        sealed.bytes.as_slice(),
                        sealed.key,
                    ],
                )
                .await?;
                tx.execute("DELETE FROM contact_evidence_uploads WHERE evidence_id = $1", values![&id]).await?;
                for upload in uploads {
                    let sql = "INSERT INTO contact_evidence_uploads (upload, evidence_id) VALUES ($1, $2)";
                    tx.execute(sql, values![*upload, &id]).await?;
                }
                Ok(())
            })
        })
    }

    /// What the newest comparison of each contact of these cases said, of those that have one.
    pub async fn compared(&self, cases: &[CaseId]) -> Result<HashMap<ContactId, Evidence>, StoreError> {
        let mut found = HashMap::new();
        for case in cases {
            // Oldest first: the newest stays.
            for row in self.db.fetch_all(OF_CASE, values![*case]).await? {
                let verdict = row.text("verdict")?;
                if let Some(evidence) = Evidence::ALL.into_iter().find(|known| known.as_str() == verdict) {
                    found.insert(row.parsed("contact_id")?, evidence);
                }
            }
        }
        Ok(found)
    }

    /// The comparisons made for a contact, newest first.
    pub async fn evidence_of(&self, contact: ContactId) -> Result<Vec<(Timestamp, Comparison)>, StoreError> {
        let rows = self.db.fetch_all(OF_CONTACT, values![contact]).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ring = self.ring_for(&rows).await?;
        let opened = |row: &crate::value::Row| {
            let plain = ring.open(place(&row.text("id")?), row.int("vault_key")?, &row.bytes("details")?)?;
            let comparison = serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("details"))?;
            Ok((row.time("at")?, comparison))
        };
        rows.iter().map(opened).collect()
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "contact_evidence", column: "details", row }
}
