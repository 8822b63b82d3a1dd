//! What two phones' histories said together about a contact.

use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::value::values;
use crate::vault::Place;
use crate::vault_keys::sealing;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::contact::Source;
use bluezone_domain::evidence::Comparison;
use bluezone_domain::graph::Evidence;
use bluezone_domain::id::{CaseId, ContactId};
use rand::Rng;
use std::collections::HashMap;

const OF_CONTACT: &str =
    "SELECT id, at, details, vault_key FROM contact_evidence WHERE contact_id = $1 ORDER BY at DESC";

const OF_CASE: &str = "SELECT e.contact_id AS contact_id, e.verdict AS verdict FROM contacts c \
     JOIN contact_evidence e ON e.contact_id = c.id WHERE c.case_id = $1 ORDER BY e.at";

/// Where the authority knows of a contact from what the phones told, the source follows the evidence.
const FOLLOW: &str = "UPDATE contacts SET source = $2, version = version + 1, updated_at = $3 WHERE id = $1 \
     AND source IN ('ble-two-sided', 'ble-one-sided', 'self-listed') AND source <> $2";

const TAKE_BACK: &str = "SELECT DISTINCT e.contact_id AS contact_id FROM contact_evidence_uploads u \
     JOIN contact_evidence e ON e.id = u.evidence_id WHERE u.withdrawal = $1 ORDER BY e.contact_id";

/// Deletes what was compared of what is taken back; the contacts are from then on what their people said, unless other evidence
/// is left.
pub(crate) async fn take_back(tx: &mut Tx, withdrawal: Hash, at: Timestamp) -> Result<(), StoreError> {
    let contacts = tx.fetch_all(TAKE_BACK, values![withdrawal]).await?;
    let sql = "DELETE FROM contact_evidence WHERE id IN \
               (SELECT evidence_id FROM contact_evidence_uploads WHERE withdrawal = $1)";
    tx.execute(sql, values![withdrawal]).await?;
    for row in contacts {
        let contact: ContactId = row.parsed("contact_id")?;
        let sql = "SELECT verdict FROM contact_evidence WHERE contact_id = $1 ORDER BY at DESC LIMIT 1";
        let left = tx.fetch_optional(sql, values![contact]).await?;
        let left = left.map(|row| row.text("verdict")).transpose()?;
        let source = left.as_deref().and_then(source_of).unwrap_or(Source::SelfListed);
        tx.execute(FOLLOW, values![contact, source.as_str(), at]).await?;
    }
    Ok(())
}

/// By the name of the verdict; `None` where nothing was recorded.
fn source_of(verdict: &str) -> Option<Source> {
    match Evidence::ALL.into_iter().find(|known| known.as_str() == verdict)? {
        Evidence::TwoSided => Some(Source::BleTwoSided),
        Evidence::OneSided | Evidence::Contradicted => Some(Source::BleOneSided),
        _ => None,
    }
}

impl Store {
    /// Keeps a comparison and which uploads it was made of; one made in the same second replaces it. Its encounters are
    /// sealed, verdict, minutes and probability stand beside them for lists. The contact's source follows it. It goes when one of
    /// the uploads is taken back.
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
                let mut links = Vec::new();
                for upload in uploads {
                    // Locked: whoever takes it back meanwhile waits, and then takes this with it.
                    let sql = for_update!("SELECT withdrawal FROM uploads WHERE hash = $1");
                    let there = tx.fetch_optional(sql, values![*upload]).await?;
                    let there = there.ok_or(StoreError::NotFound("the upload"))?;
                    links.push((*upload, there.opt_bytes("withdrawal")?));
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
                for (upload, withdrawal) in links {
                    let sql = "INSERT INTO contact_evidence_uploads (evidence_id, upload, withdrawal) VALUES ($1, $2, $3)";
                    tx.execute(sql, values![&id, upload, withdrawal]).await?;
                }
                if let Some(source) = source_of(verdict) {
                    tx.execute(FOLLOW, values![contact, source.as_str(), at]).await?;
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
