//! Health declarations: taken in together with the profile, the consents and the files that came with them, or not at all.

/// Its place in the inbox tells which day it lies in.
macro_rules! by_id {
    () => {
        "id = $1 AND received_at = (SELECT received_at FROM declaration_handling WHERE declaration_id = $1)"
    };
}

mod erase;
mod read;
mod together;
mod waiting;

#[cfg(test)]
pub(crate) use erase::DELETE;
pub use read::DeclaredFile;
pub(crate) use read::LIVE_CONSENTS;
#[cfg(test)]
pub(crate) use read::{BY_ID, CONSENTS_OF, FILES_OF, LAST_OF_PROFILE, OF_CITIZEN, OF_PROFILE_ON};
#[cfg(test)]
pub(crate) use together::BATCHES;
#[cfg(test)]
pub(crate) use waiting::OLDER_OF_NUMBER;

use crate::Store;
use crate::db::{Tx, Value, transaction};
use crate::error::StoreError;
use crate::handlings;
use crate::profiles;
use crate::value::values;
use crate::vault::{Place, Ring, Vault};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::Profile;
use bluezone_domain::declaration::{Consent, Declaration, SentBy};
use bluezone_domain::workday::day_of;
use rand::Rng;
use std::fmt;
use std::sync::Arc;

/// What is to be taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDeclaration {
    /// The declaration.
    pub declaration: Declaration,
    /// Whether it is the form that takes one a day of each person, in whichever version.
    pub daily: bool,
    /// The profile it is about, if it is new or the declaration says more of it.
    pub profile: Option<Profile>,
    /// How urgent officers find it, and whose it is.
    pub points: Points,
    /// What was agreed to.
    pub consents: Vec<Consent>,
    /// Files, in their order. The answers name them by their hash.
    pub files: Vec<NewFile>,
}

/// What a declaration counts in the officers' inbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Points {
    /// Name of its form.
    pub form: String,
    /// Its points.
    pub score: u32,
    /// Version of the rule that gave them.
    pub rule: u32,
    /// Unit that it is handed to at once.
    pub assigned: Option<String>,
}

/// A file. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its MIME type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for NewFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewFile({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// What became of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// It is stored.
    New,
    /// It was stored before: sent again.
    Again,
    /// Its day has one already.
    DaySent,
}

impl Store {
    /// Takes a declaration in. Those that come at the same time are committed together.
    ///
    /// # Errors
    /// As [`Store::put_profile`] for its profile; [`StoreError::NotFound`] if citizen or profile are gone.
    pub async fn accept_declaration(
        &self,
        new: &NewDeclaration,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Accepted, StoreError> {
        let phone_hash = match &new.declaration.content.person.phone {
            Some(phone) => Some(self.vault()?.phone_lookup(phone)),
            None => None,
        };
        let handling = self.handling_row(&new.declaration, &new.points)?;
        let accepted = sealing!(self, ring => {
            let prepared = Arc::new(Prepared::new((&ring, self.vault()?), new, phone_hash, handling.clone(), rng)?);
            match self.accept_together(&prepared).await? {
                Some(result) => result,
                None => match transaction!(self.db, tx => { insert(&mut tx, &prepared).await }) {
                    // Another server took it in at the same time, on the other side of midnight: now it is known.
                    Err(StoreError::Conflict(DECLARATION)) => transaction!(self.db, tx => { insert(&mut tx, &prepared).await }),
                    result => result,
                },
            }
        });
        accepted.map_err(|error| match error {
            error if error.is_dangling() => StoreError::NotFound("the citizen or the profile"),
            error => error,
        })
    }
}

/// A declaration as rows, sealed: nothing is left to do in the transaction but to write them.
pub(crate) struct Prepared {
    id: String,
    /// Whose it is, if not an officer's.
    citizen: Option<String>,
    /// Profile and day of a daily form.
    day: Option<Vec<Value>>,
    /// Whether that day, if it has one, is the one on which it arrives, whose table on PostgreSQL tells of another one.
    in_time: bool,
    received_at: Timestamp,
    profile: Option<(Profile, Vec<Value>)>,
    declaration: Vec<Value>,
    handling: Vec<Value>,
    consents: Vec<Vec<Value>>,
    files: Vec<Vec<Value>>,
}

impl Prepared {
    fn new(
        (ring, vault): (&Ring, &Vault),
        new: &NewDeclaration,
        phone_hash: Option<crate::Hash>,
        handling: Vec<Value>,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Prepared, StoreError> {
        let of = &new.declaration;
        let id = of.id.to_string();
        let profile = match &new.profile {
            Some(profile) => {
                let sealed = profiles::seal(ring, profile, rng)?;
                Some((profile.clone(), profiles::row(profile, sealed, vault)))
            }
            None => None,
        };
        let (citizen, subject, officer) = match of.by {
            SentBy::Citizen { citizen, profile } => (Some(citizen), Some(profile), None),
            SentBy::Officer(officer) => (None, None, Some(officer)),
        };
        let plain = serde_json::to_vec(&of.content)
            .map(zeroize::Zeroizing::new)
            .map_err(|_| StoreError::NotAllowed("a declaration that is no text"))?;
        let sealed = ring.seal(place(&id), &plain, rng)?;
        let declaration = values![
            of.id,
            citizen,
            subject,
            officer,
            &of.form,
            of.day.to_string(),
            new.daily,
            of.authored_at,
            of.received_at,
            of.late,
            of.area.as_ref().map(|area| area.province.as_str()),
            of.area.as_ref().and_then(|area| area.commune.as_ref()).map(|commune| commune.as_str()),
            of.urgency.as_str(),
            phone_hash,
            sealed.bytes,
            sealed.key,
        ];
        let mut files = Vec::with_capacity(new.files.len());
        for (number, file) in new.files.iter().enumerate() {
            let file_id = file_id(&id, number);
            let plain = zeroize::Zeroizing::new([file.content_type.as_bytes(), b"\0", &file.bytes].concat());
            let sealed = ring.seal(file_place(&file_id), &plain, rng)?;
            files.push(values![file_id, of.id, sealed.bytes, sealed.key].to_vec());
        }
        Ok(Prepared {
            day: new.daily.then(|| values![subject, of.day.to_string()].to_vec()),
            in_time: !new.daily || of.day == day_of(of.received_at),
            received_at: of.received_at,
            declaration: declaration.to_vec(),
            handling,
            consents: new.consents.iter().map(consent_row).collect(),
            id,
            citizen: citizen.map(|citizen| citizen.to_string()),
            profile,
            files,
        })
    }

    /// Whether what was agreed to names the declaration that it came with, as it does: by that name those go together.
    fn is_plain(&self) -> bool {
        let id = Value::from(&self.id);
        self.consents.iter().all(|consent| consent.get(DECLARATION_OF_CONSENT) == Some(&id))
    }
}

/// Writes the rows.
pub(crate) async fn insert(tx: &mut Tx, new: &Prepared) -> Result<Accepted, StoreError> {
    let known = "SELECT declaration_id FROM declaration_handling WHERE declaration_id = $1";
    if tx.fetch_optional(known, values![&new.id]).await?.is_some() {
        return Ok(Accepted::Again);
    }
    if let Some(day) = &new.day
        && tx.fetch_optional(SENT, day).await?.is_some()
    {
        return Ok(Accepted::DaySent);
    }
    if let Some((profile, row)) = &new.profile {
        profiles::put(tx, profile, row).await?;
    }
    let row = std::slice::from_ref(&new.declaration);
    if tx.insert_rows_or(INSERT, ANY_CONFLICT, INSERT_COLUMNS, row).await? == 0 {
        // Another one was faster, which only two servers on PostgreSQL can be.
        let again = tx.fetch_optional(known, values![&new.id]).await?.is_some();
        return Ok(if again { Accepted::Again } else { Accepted::DaySent });
    }
    handlings::arrive(tx, &new.handling).await.map_err(|error| error.or_conflict(DECLARATION))?;
    give(tx, &new.consents).await?;
    tx.insert_rows(INSERT_FILES, FILE_COLUMNS, &new.files).await?;
    Ok(Accepted::New)
}

/// What is there once over all days.
const DECLARATION: &str = "the declaration";
/// In whichever day it arrived.
pub(crate) const SENT: &str = "SELECT id FROM declarations WHERE profile_id = $1 AND day = $2 AND daily = 1";
const INSERT: &str = "INSERT INTO declarations (id, citizen_id, profile_id, entered_by, form, day, daily, authored_at, \
     received_at, late, province, commune, urgency, phone_hash, content, vault_key)";
const INSERT_COLUMNS: usize = 16;
const ANY_CONFLICT: &str = "ON CONFLICT DO NOTHING";
const INSERT_FILES: &str = "INSERT INTO declaration_files (id, declaration_id, content, vault_key)";
const FILE_COLUMNS: usize = 4;
const GIVE: &str = "INSERT INTO consents (id, citizen_id, profile_id, declaration_id, purpose, version, lang, sha256, \
     given_at, channel, agency_id)";
const CONSENT_COLUMNS: usize = 11;
const DECLARATION_OF_CONSENT: usize = 3;
const GIVEN_BEFORE: &str = "ON CONFLICT (id) DO NOTHING";

/// Writes what was agreed to. The same again changes nothing.
pub(crate) async fn give(tx: &mut Tx, consents: &[impl AsRef<[Value]>]) -> Result<(), StoreError> {
    tx.insert_rows_or(GIVE, GIVEN_BEFORE, CONSENT_COLUMNS, consents).await.map(drop)
}

pub(crate) fn consent_row(consent: &Consent) -> Vec<Value> {
    values![
        &consent.id,
        consent.citizen,
        consent.profile,
        consent.declaration,
        &consent.purpose,
        consent.version,
        &consent.lang,
        &consent.sha256,
        consent.given_at,
        consent.channel.as_str(),
        consent.agency,
    ]
    .to_vec()
}

fn place(row: &str) -> Place<'_> {
    Place { table: "declarations", column: "content", row }
}

/// What names a file: its declaration and its place among that one's.
fn file_id(declaration: &str, number: usize) -> String {
    format!("{declaration}/{number}")
}

fn file_place(row: &str) -> Place<'_> {
    Place { table: "declaration_files", column: "content", row }
}
