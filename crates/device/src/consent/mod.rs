//! Telling a unit what this phone recorded, because its owner said yes: as a case, as somebody warned, as the answer to a
//! request. Each purpose is a box of its own, and which words stood beside it is kept as the evidence.
//!
//! The yes, the sealed uploads and the keys behind them are stored in one step before anything is sent; what is sent comes
//! only from there ([`Device::consent_next`]). So nothing leaves without a stored yes, a phone killed anywhere sends the
//! same bytes again, and the server, which names uploads by their hash, stores none twice. A no and no answer are the same:
//! nothing is sent.

mod giving;
mod sending;
mod state;

pub use sending::{ConsentAnswer, ConsentStep, ConsentTag};
pub use state::{AnsweredRequest, SharingState};

use crate::device::Device;
use crate::error::DeviceError;
use crate::history::{Telling, ToldDay};
use crate::storage::{Document, Storage};
use bluezone_protocol::history::{GivenConsent, Reporter};
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::release::VerifiedRequest;
use bluezone_transparency::seal::{BadKey, PrivateKey};
use bluezone_transparency::subject::SubjectHandle;
use serde::{Deserialize, Serialize};
use state::{Consents, Given};
use std::collections::HashSet;
use std::fmt;

/// Why nothing can be told as asked. Nothing was changed.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConsentError {
    /// No box was ticked.
    #[error("no purpose was agreed to; tick the box of what you want to share")]
    NoYes,
    /// No day was chosen of which there is something to tell.
    #[error("nothing of the chosen days is there to tell; choose at least one of the days shown")]
    NoDay,
    /// Nobody asks, warns or gave a code.
    #[error("there is nothing to answer: no code within the last day, no warning, or no such request")]
    NotAsked,
    /// Not in the list of units that the log tells of.
    #[error("this unit is not in the list of health units; choose one of the list")]
    UnknownUnit,
    /// Name and number are more than fits.
    #[error("a name or a telephone number is too long")]
    TooLong,
    /// The unit or the keeper published a key that cannot be used.
    #[error("nothing can be sealed to the key of this unit; choose another, or ask the health authority")]
    Key,
}

impl From<BadKey> for ConsentError {
    fn from(_: BadKey) -> Self {
        Self::Key
    }
}

/// What a box stands for.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// A case shares what its phone heard.
    ShareContacts,
    /// Requests may reach this phone.
    BeAsked,
    /// A warned person reports the encounters.
    ReportContacts,
    /// A warned person says who they are.
    GiveName,
    /// A request is answered.
    AnswerRequest,
}

impl Purpose {
    /// Its name in uploads. Never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ShareContacts => "share-contacts",
            Self::BeAsked => "be-asked",
            Self::ReportContacts => "report-contacts",
            Self::GiveName => "give-name",
            Self::AnswerRequest => "answer-request",
        }
    }
}

/// A box that the owner ticked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Yes {
    /// What it stands for.
    pub purpose: Purpose,
    /// The words beside it, as shown.
    pub words: String,
    /// Their language: `vi` or `en`.
    pub language: &'static str,
}

/// What the owner chose.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// Code of the unit. An answer goes to the unit that asks.
    pub unit: String,
    /// UTC days; others are left out.
    pub days: Vec<Timestamp>,
    /// The boxes ticked.
    pub yes: Vec<Yes>,
    /// Name and telephone number; sent only with [`Purpose::GiveName`].
    pub reporter: Option<Reporter>,
}

impl Choice {
    fn agrees_to(&self, purpose: Purpose) -> bool {
        self.yes.iter().any(|yes| yes.purpose == purpose)
    }

    fn consents(&self, purposes: &[Purpose], now: Timestamp) -> Vec<GivenConsent> {
        let chosen = self.yes.iter().filter(|yes| purposes.contains(&yes.purpose));
        let given = chosen.map(|yes| GivenConsent {
            purpose: yes.purpose.as_str().to_owned(),
            text_sha256: Hash::of(yes.words.as_bytes()).0,
            language: yes.language.to_owned(),
            at: now,
        });
        given.collect()
    }
}

/// What can be told now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// Days not told yet, oldest first.
    pub days: Vec<ToldDay>,
    /// Days told already in the same way.
    pub told: Vec<Timestamp>,
    /// Whether requests can reach this phone already.
    pub asked: bool,
}

/// Which way something was shared.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharingKind {
    /// As a case.
    Case,
    /// As a warned person.
    Contact,
    /// As the answer to a request.
    Answer,
    /// Only that requests may reach this phone.
    Mailbox,
}

/// Something the owner said yes to, as the pages tell it. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Sharing {
    /// Names it for [`Device::withdraw`].
    pub id: String,
    /// Which way.
    pub kind: SharingKind,
    /// Name of the unit, or its code; empty for a mailbox alone.
    pub unit: String,
    /// When the owner agreed.
    pub at: Timestamp,
    /// UTC days.
    pub days: Vec<Timestamp>,
    /// The evidence: purposes and hashes of the words shown.
    pub consents: Vec<GivenConsent>,
    /// Where it stands.
    pub state: SharingState,
    /// Whether there is something to take back.
    pub withdrawable: bool,
}

impl fmt::Debug for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sharing(..)")
    }
}

impl<S: Storage> Device<S> {
    /// What a case can share: within a day after its keys were published, with the code that it redeemed. `None` if there is
    /// no such case.
    pub fn share_offer(&self, now: Timestamp) -> Result<Option<Offer>, DeviceError> {
        match self.report_token(now)? {
            Some(_) => self.offer(&Telling::Case, now).map(Some),
            None => Ok(None),
        }
    }

    /// What a warned person can report. `None` if nothing warns.
    pub fn tell_offer(&self, now: Timestamp) -> Result<Option<Offer>, DeviceError> {
        let offer = self.offer(&Telling::Contact, now)?;
        Ok(Some(offer).filter(|offer| !offer.days.is_empty() || !offer.told.is_empty()))
    }

    /// The days that an answer to a request can tell of.
    pub fn answer_days(
        &self,
        request: &VerifiedRequest,
        now: Timestamp,
    ) -> Result<Vec<ToldDay>, DeviceError> {
        let telling = Telling::Answer(request.statement().terms.scope.clone());
        Ok(self.history(&telling, now)?.iter().map(|day| day.told()).collect())
    }

    fn offer(&self, telling: &Telling, now: Timestamp) -> Result<Offer, DeviceError> {
        let consents = self.consents()?;
        let told = consents.told(telling);
        let days = self.history(telling, now)?;
        let days = days.iter().filter(|day| !told.contains(&day.day.day)).map(|day| day.told()).collect();
        let asked = consents.given.iter().any(|given| given.request_key.is_some() && given.stands());
        Ok(Offer { days, told, asked })
    }

    /// What the owner shared, the latest first.
    pub fn sharings(&self) -> Result<Vec<Sharing>, DeviceError> {
        let sharing = |given: Given| Sharing {
            withdrawable: given.stands(),
            id: given.id,
            kind: given.kind,
            unit: given.unit.1,
            at: given.at,
            days: given.days,
            consents: given.consents,
            state: given.state,
        };
        Ok(self.consents()?.given.into_iter().rev().map(sharing).collect())
    }

    /// Requests that the owner answered, the latest first.
    pub fn answered_requests(&self) -> Result<Vec<AnsweredRequest>, DeviceError> {
        Ok(self.consents()?.answered.into_iter().rev().collect())
    }

    pub(crate) fn consents(&self) -> Result<Consents, DeviceError> {
        Ok(self.read(Document::Consents)?.unwrap_or_default())
    }

    pub(crate) fn handles(&self) -> Result<Vec<SubjectHandle>, DeviceError> {
        Ok(self.consents()?.given.iter().filter_map(Given::handle).collect())
    }

    pub(crate) fn request_keys(&self) -> Result<Vec<PrivateKey>, DeviceError> {
        Ok(self.consents()?.given.iter().filter_map(Given::request_key).collect())
    }

    pub(crate) fn answered(&self) -> Result<HashSet<Hash>, DeviceError> {
        Ok(self.consents()?.answered.iter().map(|answered| answered.hash).collect())
    }
}
