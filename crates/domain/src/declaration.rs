//! Health declarations as records: what a form said is sealed text, and beside it what officers sort by.

use crate::Timestamp;
use crate::area::Area;
use crate::disease::USUAL;
use crate::id::{AgencyId, CitizenId, DeclarationId, OfficerId, ProfileId};
use crate::person::Identity;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How urgent a declaration is, the least first: the level of the advice that its form gave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Nothing to do.
    Well,
    /// Watch for signs.
    Watch,
    /// Call the health station.
    Call,
}

impl Urgency {
    /// Every level, the least urgent first.
    pub const ALL: [Urgency; 3] = [Urgency::Well, Urgency::Watch, Urgency::Call];

    /// Its name in the database, and in the forms' files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Urgency::Well => "well",
            Urgency::Watch => "watch",
            Urgency::Call => "call",
        }
    }
}

/// A text that names no level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a level of advice: expected well, watch or call")]
pub struct InvalidUrgency;

impl FromStr for Urgency {
    type Err = InvalidUrgency;

    fn from_str(text: &str) -> Result<Urgency, InvalidUrgency> {
        Urgency::ALL.into_iter().find(|level| level.as_str() == text).ok_or(InvalidUrgency)
    }
}

/// Who sent it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SentBy {
    /// A citizen, for themself or for somebody else.
    Citizen {
        /// The account.
        citizen: CitizenId,
        /// Whom it is about.
        profile: ProfileId,
    },
    /// An officer, from a paper form.
    Officer(OfficerId),
}

/// A declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declaration {
    /// Names it. Whoever sends the same twice gives the same identifier, and it is stored once.
    pub id: DeclarationId,
    /// Who sent it.
    pub by: SentBy,
    /// The form and its version, `url|version`.
    pub form: String,
    /// The day it speaks of, on Vietnam's calendar.
    pub day: NaiveDate,
    /// When it was filled in.
    pub authored_at: Timestamp,
    /// When the server got it: later than it was filled in for a paper form, or a phone that was offline.
    pub received_at: Timestamp,
    /// After the fact: entered from paper (circular 15/2026/TT-BYT, article 4), or how somebody was on a day before yesterday.
    pub late: bool,
    /// Where whoever it is about lives: decides which officers see it.
    pub area: Option<Area>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// What it says.
    pub content: Content,
}

/// What a declaration says. The store keeps it sealed; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Whom it is about.
    pub person: Identity,
    /// What the sender is to them, by the forms' code; none: they declared themself.
    pub relation: Option<String>,
    /// The language it was filled in, `vi` or `en`.
    pub lang: String,
    /// The answers, as the JSON of a FHIR QuestionnaireResponse.
    pub response: String,
    /// Why it has its urgency, in both languages.
    pub reasons: Vec<Reason>,
    /// The disease that the form asked about, by the name of its profile.
    #[serde(default = "usual_disease")]
    pub disease: String,
}

/// What was asked about before a declaration said it.
fn usual_disease() -> String {
    USUAL.to_owned()
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(redacted)")
    }
}

/// A reason, as the form's rule has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reason {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// How a consent was given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Channel {
    /// A box ticked on a page.
    Web,
    /// A box ticked on a page while it had no connection, sent later.
    Offline,
    /// A signature on paper, entered by an officer.
    Paper,
}

impl Channel {
    const ALL: [Channel; 3] = [Channel::Web, Channel::Offline, Channel::Paper];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Channel::Web => "web",
            Channel::Offline => "offline",
            Channel::Paper => "paper",
        }
    }
}

/// A text that names no channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a channel of consent: expected web, offline or paper")]
pub struct InvalidChannel;

impl FromStr for Channel {
    type Err = InvalidChannel;

    fn from_str(text: &str) -> Result<Channel, InvalidChannel> {
        Channel::ALL.into_iter().find(|channel| channel.as_str() == text).ok_or(InvalidChannel)
    }
}

/// That somebody agreed to a purpose: the evidence that the law wants kept (91/2025/QH15, article 9).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consent {
    /// Names it. The same yes sent twice has the same name.
    pub id: String,
    /// Who gave it; none for a paper form.
    pub citizen: Option<CitizenId>,
    /// For whom; none for a paper form, or a consent that is about the account.
    pub profile: Option<ProfileId>,
    /// The declaration it was given with, if any.
    pub declaration: Option<DeclarationId>,
    /// The agency it was given to, if it is about what one sees.
    pub agency: Option<AgencyId>,
    /// What for.
    pub purpose: String,
    /// The version of the wording.
    pub version: u32,
    /// The language it was read in.
    pub lang: String,
    /// SHA-256 of the wording, in hexadecimal digits.
    pub sha256: String,
    /// When.
    pub given_at: Timestamp,
    /// How.
    pub channel: Channel,
    /// When it was taken back, or ended with what it was for.
    pub withdrawn_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for urgency in Urgency::ALL {
            assert_eq!(urgency.as_str().parse(), Ok(urgency));
        }
        for channel in Channel::ALL {
            assert_eq!(channel.as_str().parse(), Ok(channel));
        }
        assert!("none".parse::<Urgency>().is_err() && "none".parse::<Channel>().is_err());
        assert!(Urgency::Well < Urgency::Call);
    }
}
