//! What was declared and agreed to.

use super::{consent_row, file_place, give, place};
use crate::db::transaction;
use crate::error::StoreError;
use crate::group::By;
use crate::value::{Row, values};
use crate::vault::Ring;
use crate::{Store, agency_consents};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::declaration::{Consent, Declaration, SentBy};
use bluezone_domain::id::{CitizenId, DeclarationId, ProfileId};
use chrono::NaiveDate;
use std::fmt;

macro_rules! columns {
    () => {
        "SELECT id, citizen_id, profile_id, entered_by, form, day, authored_at, received_at, late, province, commune, \
         urgency, content, vault_key FROM declarations"
    };
}
macro_rules! consent_columns {
    () => {
        "SELECT id, citizen_id, profile_id, declaration_id, agency_id, purpose, version, lang, sha256, given_at, channel, \
         withdrawn_at FROM consents"
    };
}

pub(crate) const BY_ID: &str = concat!(columns!(), " WHERE ", by_id!());
pub(crate) const OF_CITIZEN: &str =
    concat!(columns!(), " WHERE citizen_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2");
pub(crate) const LAST_OF_PROFILE: &str = concat!(
    columns!(),
    " WHERE profile_id = $1 AND received_at >= $2 AND received_at < $3 ORDER BY received_at DESC, id DESC LIMIT 1"
);
pub(crate) const OF_PROFILE_ON: &str = "SELECT COUNT(*) AS declared FROM declarations \
     WHERE profile_id = $1 AND received_at >= $2 AND received_at < $3";
pub(crate) const FILES_OF: &str =
    "SELECT id, content, vault_key FROM declaration_files WHERE declaration_id = $1 ORDER BY id";
pub(crate) const CONSENTS_OF: &str =
    concat!(consent_columns!(), " WHERE citizen_id = $1 ORDER BY given_at DESC, id DESC");
pub(crate) const LIVE_CONSENTS: By = By {
    select: concat!(consent_columns!(), " WHERE withdrawn_at IS NULL AND profile_id IN"),
    column: "profile_id",
};
const CONSENTS_OF_DECLARATION: &str = concat!(consent_columns!(), " WHERE declaration_id = $1 ORDER BY id");

/// A file that came with a declaration. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeclaredFile {
    /// Its MIME type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for DeclaredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeclaredFile({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

impl Store {
    /// A declaration.
    pub async fn declaration(&self, id: DeclarationId) -> Result<Option<Declaration>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(BY_ID, values![id]).await?.into_iter().collect();
        Ok(self.declarations_from(&rows).await?.pop())
    }

    /// What a citizen sent, the newest first, at most so many.
    pub async fn declarations_of(
        &self,
        citizen: CitizenId,
        most: u32,
    ) -> Result<Vec<Declaration>, StoreError> {
        let rows = self.db.fetch_all(OF_CITIZEN, values![citizen, most]).await?;
        self.declarations_from(&rows).await
    }

    /// The last declaration about a profile in a span of time, such as a day.
    pub async fn last_declaration(
        &self,
        profile: ProfileId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Declaration>, StoreError> {
        let rows = self.db.fetch_all(LAST_OF_PROFILE, values![profile, from, until]).await?;
        Ok(self.declarations_from(&rows).await?.pop())
    }

    /// Whether anything was declared about a profile in a span of time, such as a day.
    pub async fn has_declared(
        &self,
        profile: ProfileId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.db.fetch_one(OF_PROFILE_ON, values![profile, from, until]).await?.int("declared")? > 0)
    }

    /// The files that came with a declaration, in their order.
    pub async fn declaration_files(&self, id: DeclarationId) -> Result<Vec<DeclaredFile>, StoreError> {
        let mut rows = self.db.fetch_all(FILES_OF, values![id]).await?;
        // As text, the tenth would stand before the second.
        rows.sort_by_cached_key(|row| row.text("id").map(|id| (id.len(), id)).unwrap_or_default());
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| file_from(row, &ring)).collect()
    }

    /// Gives a consent that came with no declaration. The same again changes nothing.
    pub async fn give_consent(&self, consent: &Consent) -> Result<(), StoreError> {
        let row = [consent_row(consent)];
        transaction!(self.db, tx => { give(&mut tx, &row).await })
    }

    /// What a citizen agreed to, withdrawn or not, the newest first.
    pub async fn consents_of(&self, citizen: CitizenId) -> Result<Vec<Consent>, StoreError> {
        let rows = self.db.fetch_all(CONSENTS_OF, values![citizen]).await?;
        rows.iter().map(consent_from).collect()
    }

    /// What holds for a profile.
    pub async fn live_consents(&self, profile: ProfileId) -> Result<Vec<Consent>, StoreError> {
        let rows = self.groups.consents.rows(&self.db, profile.into()).await?;
        rows.iter().map(|row| consent_from(row)).collect()
    }

    /// What was agreed to with a declaration, withdrawn or not.
    pub async fn consents_of_declaration(&self, id: DeclarationId) -> Result<Vec<Consent>, StoreError> {
        let rows = self.db.fetch_all(CONSENTS_OF_DECLARATION, values![id]).await?;
        rows.iter().map(consent_from).collect()
    }

    /// Takes a consent back. Withdrawn before, it keeps its time. What an agency saw by it, it sees no more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this citizen gave no such consent.
    pub async fn withdraw_consent(
        &self,
        citizen: CitizenId,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let find = "SELECT agency_id, purpose, withdrawn_at FROM consents WHERE id = $1 AND citizen_id = $2";
            let found = tx.fetch_optional(find, values![id, citizen]).await?;
            let found = found.ok_or(StoreError::NotFound("the consent"))?;
            if found.opt_time("withdrawn_at")?.is_some() {
                return Ok(());
            }
            if let Some(agency) = found.opt_parsed("agency_id")? {
                agency_consents::hide(&mut tx, citizen, agency, &found.text("purpose")?, now).await?;
            }
            let end = "UPDATE consents SET withdrawn_at = COALESCE(withdrawn_at, $2) WHERE id = $1";
            tx.execute(end, values![id, now]).await.map(drop)
        })
    }

    pub(crate) async fn declarations_from(&self, rows: &[Row]) -> Result<Vec<Declaration>, StoreError> {
        let ring = self.ring_for(rows).await?;
        rows.iter().map(|row| declaration_from(row, &ring)).collect()
    }
}

/// From the columns of a declaration: `id`, `citizen_id`, `profile_id`, `entered_by`, `form`, `day`, `authored_at`,
/// `received_at`, `late`, `province`, `commune`, `urgency`, `content`, `vault_key`.
fn declaration_from(row: &Row, ring: &Ring) -> Result<Declaration, StoreError> {
    let id: DeclarationId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("content")?)?;
    let by =
        match (row.opt_parsed("citizen_id")?, row.opt_parsed("profile_id")?, row.opt_parsed("entered_by")?) {
            (Some(citizen), Some(profile), None) => SentBy::Citizen { citizen, profile },
            (None, None, Some(officer)) => SentBy::Officer(officer),
            _ => return Err(StoreError::Corrupt("citizen_id")),
        };
    let area = match row.opt_parsed("province")? {
        Some(province) => Some(Area { province, commune: row.opt_parsed("commune")? }),
        None => None,
    };
    Ok(Declaration {
        id,
        by,
        form: row.text("form")?,
        day: row.parsed::<NaiveDate>("day")?,
        authored_at: row.time("authored_at")?,
        received_at: row.time("received_at")?,
        late: row.int("late")? != 0,
        area,
        urgency: row.parsed("urgency")?,
        content: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("content"))?,
    })
}

fn consent_from(row: &Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        id: row.text("id")?,
        citizen: row.opt_parsed("citizen_id")?,
        profile: row.opt_parsed("profile_id")?,
        declaration: row.opt_parsed("declaration_id")?,
        agency: row.opt_parsed("agency_id")?,
        purpose: row.text("purpose")?,
        version: row.small("version")?,
        lang: row.text("lang")?,
        sha256: row.text("sha256")?,
        given_at: row.time("given_at")?,
        channel: row.parsed("channel")?,
        withdrawn_at: row.opt_time("withdrawn_at")?,
    })
}

fn file_from(row: &Row, ring: &Ring) -> Result<DeclaredFile, StoreError> {
    let plain = ring.open(file_place(&row.text("id")?), row.int("vault_key")?, &row.bytes("content")?)?;
    let at = plain.iter().position(|byte| *byte == 0).ok_or(StoreError::Corrupt("content"))?;
    let (kind, rest) = plain.split_at(at);
    Ok(DeclaredFile {
        content_type: String::from_utf8_lossy(kind).into_owned(),
        bytes: rest.get(1..).unwrap_or_default().to_vec(),
    })
}
