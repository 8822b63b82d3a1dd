//! Publishing keys under a certificate, and revising them.

use crate::db::{Tx, Value, for_update, transaction};
use crate::error::StoreError;
use crate::keys::{insert_keys, key_from};
use crate::streams::{PerStream, per_stream, per_stream_locking};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::TokenId;
use bluezone_domain::publication::{
    InvalidTransition, RevisableKey, StoredKey, Stream, Transition, transition,
};
use bluezone_protocol::api::TestType;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use std::fmt;

/// Keys that a phone publishes. `Debug` shows only how many.
#[derive(Clone, PartialEq, Eq)]
pub struct Publish {
    /// The token that the certificate was made for.
    pub token: TokenId,
    /// The `tekmac` of the certificate.
    pub tekmac: Hash,
    /// The keys in their published form, each with its report type. Without a day since onset: only to be revised.
    pub keys: Vec<StoredKey>,
    /// Which of them are padding of ours, that is, published, and nobody's to revise.
    pub padding: Vec<TemporaryExposureKey>,
    /// What the revision token vouches for, if one came along.
    pub revision: Option<Vec<RevisableKey>>,
    /// What to answer a repetition with (opaque here: sealed by the server).
    pub response: Vec<u8>,
    /// The time.
    pub now: Timestamp,
}

impl fmt::Debug for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Published {
    /// The certificate is consumed and the keys are stored, durably.
    Stored {
        /// Keys that were new.
        inserted: u32,
        /// Keys whose report changed.
        revised: u32,
    },
    /// The very same came before.
    Repeated {
        /// As the first time.
        inserted: u32,
        /// As the first time.
        revised: u32,
        /// As given in the first time.
        response: Vec<u8>,
    },
    /// Nothing was stored, and the certificate can still be used.
    Refused(PublishRefusal),
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Published::Stored { inserted, revised } => write!(f, "Stored({inserted} new, {revised} revised)"),
            Published::Repeated { inserted, revised, .. } => {
                write!(f, "Repeated({inserted} new, {revised} revised)")
            }
            Published::Refused(refusal) => write!(f, "Refused({refusal:?})"),
        }
    }
}

/// Why keys are not stored. None of them is stored then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublishRefusal {
    /// The token is unknown, is bound to other keys, or expired before it published.
    Certificate,
    /// One key stands in the request twice.
    DuplicateKey,
    /// A key is published already and no revision token came along.
    MissingRevisionToken,
    /// A key is published already and the revision token does not vouch for it as it was published.
    InvalidRevisionToken,
    /// A key changed its report before, and phones follow one change only, unless it is a withdrawal.
    KeyAlreadyRevised,
    /// A key's report may not change that way.
    InvalidTransition,
    /// The file that tells a key's last change is being written: in a moment the key can change again.
    BeingExported,
}

/// How a transaction's body ends early without an error of the store.
enum Stop {
    Refused(PublishRefusal),
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Store(error)
    }
}

impl From<PublishRefusal> for Stop {
    fn from(refusal: PublishRefusal) -> Self {
        Stop::Refused(refusal)
    }
}

pub(crate) const FIND_TOKEN: crate::db::Sql = for_update!(
    "SELECT COALESCE(inserted, 0) AS inserted, COALESCE(revised, 0) AS revised, response FROM tokens \
     WHERE id = $1 AND tekmac = $2 AND (expires_at > $3 OR response IS NOT NULL)"
);
const CONSUME: &str = "UPDATE tokens SET inserted = $2, revised = $3, response = $4 WHERE id = $1";
pub(crate) const FIND_KEY: PerStream = per_stream_locking!(" FOR UPDATE" "SELECT key, rolling_start, rolling_period, \
     transmission_risk, report_type, days_since_onset, batch, revised_report_type, revised_batch FROM " keys " \
     WHERE key = $1");
/// A statement of its own, after the key is locked: on PostgreSQL it then sees the batch of whoever held the lock before.
const BATCH_STATE: PerStream = per_stream!("SELECT state FROM " exports " WHERE id = $1");
/// A key that is in no export yet simply becomes what it now is: no phone saw what it was.
const AMEND: PerStream =
    per_stream!("UPDATE " keys " SET transmission_risk = $2, report_type = $3 WHERE key = $1");
/// A key that is in an export keeps what that export says: a rerun of it must give the same bytes. A change that a
/// finished export told already is replaced, and the next export tells the new one. Its class of infectiousness does not
/// change, for no padding does that; nor does a guess at the onset take back what was said before.
const REVISE: PerStream = per_stream!("UPDATE " keys " SET revised_transmission_risk = $2, revised_report_type = $3, \
     revised_days_since_onset = days_since_onset, revised_at = $4, revised_batch = NULL WHERE key = $1");

impl Store {
    /// Consumes the certificate and stores its keys, in one transaction; a repetition stores nothing and gets the first
    /// answer.
    ///
    /// A key that is on record is revised: the revision token must vouch for it, and [`transition`] allow it. Once phones
    /// were told of a change, a key can only be withdrawn. Unknown keys that come as revoked are not stored: there is
    /// nothing to take back.
    ///
    /// Where a key stands follows from its report ([`Stream::of`]). A contact's key that comes as a case's is revoked among
    /// the contacts' in the same transaction, and never the reverse: a key stands nowhere twice as valid.
    ///
    /// On PostgreSQL those that come at the same time are committed together.
    pub async fn publish(&self, publish: &Publish) -> Result<Published, StoreError> {
        let mut keys: Vec<&StoredKey> = publish.keys.iter().collect();
        // One order for all: two publications of the same keys wait for each other instead of deadlocking.
        keys.sort_by(|a, b| a.key.key.cmp(&b.key.key));
        if keys.windows(2).any(|pair| pair[0].key.key == pair[1].key.key) {
            return Ok(Published::Refused(PublishRefusal::DuplicateKey));
        }
        if let Some(published) = self.publish_together(publish).await? {
            return Ok(published);
        }
        let mut races = 0;
        loop {
            let result = self.publish_once(publish, &keys).await;
            match result {
                // Another publication inserted one of the keys in between: look again, now it is on record.
                Err(StoreError::Database(error)) if error.is_unique_violation() && races < 3 => races += 1,
                result => return result,
            }
        }
    }

    async fn publish_once(&self, publish: &Publish, keys: &[&StoredKey]) -> Result<Published, StoreError> {
        transaction!(self.db, tx => {
            let token = values![publish.token, publish.tekmac, publish.now];
            let Some(row) = tx.fetch_optional(FIND_TOKEN, token).await? else {
                return Ok(Published::Refused(PublishRefusal::Certificate));
            };
            if let Some(response) = row.opt_bytes("response")? {
                let (inserted, revised) = (row.small("inserted")?, row.small("revised")?);
                return Ok(Published::Repeated { inserted, revised, response });
            }
            let (inserted, revised) = match store_keys(&mut tx, publish, keys).await {
                Ok(counts) => counts,
                // Nothing was written: what is refused is refused before the first write.
                Err(Stop::Refused(refusal)) => return Ok(Published::Refused(refusal)),
                Err(Stop::Store(error)) => return Err(error),
            };
            let consumed = values![publish.token, inserted, revised, publish.response.as_slice()];
            tx.execute(CONSUME, consumed).await?;
            Ok(Published::Stored { inserted, revised })
        })
    }
}

/// Looks at every key first, then writes. Returns how many were inserted and revised.
async fn store_keys(tx: &mut Tx, publish: &Publish, keys: &[&StoredKey]) -> Result<(u32, u32), Stop> {
    let revision = publish.revision.as_deref();
    let (mut new, mut new_of_contacts) = (Vec::new(), Vec::new());
    let mut changes = Vec::new();
    for stored in keys {
        let key = &stored.key;
        let case = find(tx, Stream::Cases, key).await?;
        let contact = find(tx, Stream::Contacts, key).await?;
        if case.is_none() && contact.is_none() && publish.padding.contains(&key.key) {
            return Err(not_vouched(publish).into());
        }
        let fresh = is_fresh(key);
        if Stream::of(key.report_type) == Stream::Contacts {
            match (case, contact) {
                (Some(case), _) => {
                    case.vouch(key, revision)?;
                    return Err(PublishRefusal::InvalidTransition.into());
                }
                (None, Some(contact)) => changes.push((Stream::Contacts, contact.check(key, revision)?)),
                (None, None) if fresh => new_of_contacts.push((*stored).clone()),
                (None, None) => {}
            }
            continue;
        }
        if let Some(contact) = contact {
            changes.push((Stream::Contacts, contact.check(&revoked(key), revision)?));
        }
        match case {
            Some(case) => changes.push((Stream::Cases, case.check(key, revision)?)),
            None if fresh => new.push((*stored).clone()),
            None => {}
        }
    }
    insert_keys(tx, Stream::Cases, &new).await?;
    insert_keys(tx, Stream::Contacts, &new_of_contacts).await?;
    let mut revised = 0;
    for (stream, change) in &changes {
        let (sql, key) = match change {
            Change::Same => continue,
            Change::Amend(key) => (AMEND, key),
            Change::Revise(key) => (REVISE, key),
        };
        let mut values = vec![
            Value::from(*key.key.as_bytes()),
            key.transmission_risk.into(),
            key.report_type.number().into(),
        ];
        if let Change::Revise(_) = change {
            values.push(publish.now.into());
        }
        tx.execute(sql.of(*stream), &values).await?;
        revised += 1;
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok((count(new.len() + new_of_contacts.len()), count(revised)))
}

/// Whether a key that nobody knows is stored: what is only to be revised is not.
pub(crate) fn is_fresh(key: &DiagnosisKey) -> bool {
    key.report_type != ReportType::Revoked && key.days_since_onset.is_some()
}

async fn find(tx: &mut Tx, stream: Stream, key: &DiagnosisKey) -> Result<Option<Known>, StoreError> {
    match tx.fetch_optional(FIND_KEY.of(stream), values![*key.key.as_bytes()]).await? {
        None => Ok(None),
        Some(row) => Known::read(tx, stream, &row).await.map(Some),
    }
}

/// The key as it leaves the contacts' export.
fn revoked(key: &DiagnosisKey) -> DiagnosisKey {
    DiagnosisKey {
        report_type: ReportType::Revoked,
        transmission_risk: TestType::Negative.default_transmission_risk(),
        ..key.clone()
    }
}

/// The answer to who publishes a key that is somebody else's.
fn not_vouched(publish: &Publish) -> PublishRefusal {
    match publish.revision {
        None => PublishRefusal::MissingRevisionToken,
        Some(_) => PublishRefusal::InvalidRevisionToken,
    }
}

/// What becomes of a key on record.
enum Change {
    Same,
    Amend(DiagnosisKey),
    Revise(DiagnosisKey),
}

/// A key on record.
struct Known {
    key: DiagnosisKey,
    /// Report type of its change, if it made one after it was exported.
    revised: Option<ReportType>,
    /// In an export.
    exported: bool,
    /// Its change is in an export, of this state.
    told: Option<String>,
}

impl Known {
    async fn read(tx: &mut Tx, stream: Stream, row: &Row) -> Result<Known, StoreError> {
        let report_type = |number| i32::try_from(number).map_or(ReportType::Unknown, ReportType::from_number);
        let told = match row.opt_int("revised_batch")? {
            None => None,
            Some(batch) => match tx.fetch_optional(BATCH_STATE.of(stream), values![batch]).await? {
                Some(batch) => Some(batch.text("state")?),
                // Long over: its record is gone.
                None => Some("gone".to_owned()),
            },
        };
        Ok(Known {
            key: key_from(row)?,
            revised: row.opt_int("revised_report_type")?.map(report_type),
            exported: row.opt_int("batch")?.is_some(),
            told,
        })
    }

    /// Whether the revision token is for this key.
    fn vouch(&self, new: &DiagnosisKey, revision: Option<&[RevisableKey]>) -> Result<(), PublishRefusal> {
        let revision = revision.ok_or(PublishRefusal::MissingRevisionToken)?;
        // The span must be the same in all three: a shorter or longer key would be another key.
        let vouched = RevisableKey::from(&self.key);
        if RevisableKey::from(new) != vouched || !revision.contains(&vouched) {
            return Err(PublishRefusal::InvalidRevisionToken);
        }
        Ok(())
    }

    fn check(&self, new: &DiagnosisKey, revision: Option<&[RevisableKey]>) -> Result<Change, PublishRefusal> {
        self.vouch(new, revision)?;
        match transition(self.revised.unwrap_or(self.key.report_type), new.report_type) {
            Ok(Transition::Same) => Ok(Change::Same),
            Err(InvalidTransition) => Err(PublishRefusal::InvalidTransition),
            Ok(Transition::Change) => match self.told.as_deref() {
                None if self.exported => Ok(Change::Revise(new.clone())),
                None => Ok(Change::Amend(new.clone())),
                Some(_) if new.report_type != ReportType::Revoked => Err(PublishRefusal::KeyAlreadyRevised),
                Some("open") => Err(PublishRefusal::BeingExported),
                Some(_) => Ok(Change::Revise(new.clone())),
            },
        }
    }
}
