//! What a citizen finds in their inbox. A message says what happened; the page finds the words in the reader's language.

use crate::Timestamp;
use crate::id::{
    BreachId, CitizenId, DataRequestId, DeclarationId, MessageId, PlaceWarningId, ProfileId, SignalId,
    VisitId,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where somebody was with a case: never which place it was, nor who the case is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whereabouts {
    /// At a place.
    Place,
    /// In a vehicle.
    Vehicle,
}

/// Which of those whose inbox it is a message is about.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The account's own holder.
    #[default]
    Holder,
    /// Somebody for whom they declare.
    Profile(ProfileId),
    /// Somebody who gave this account's telephone number at a door, by the name that was written down there.
    Guest(String),
}

impl fmt::Debug for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whom(..)")
    }
}

/// A message. `Debug` shows its kind only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// They, or somebody for whom they read it, were somewhere together with a case.
    PlaceWarning {
        /// The warning.
        warning: PlaceWarningId,
        /// Who was there.
        #[serde(default)]
        whom: Whom,
        /// The visit: it says where it was, for as long as it is kept itself. The message, which is kept for longer, does not.
        #[serde(default)]
        visit: Option<VisitId>,
        /// What kind of place.
        whereabouts: Whereabouts,
        /// What the place is called, as far as it is known still: filled in for reading. Written down only in messages from
        /// before they named the visit.
        #[serde(default)]
        place: String,
        /// The day, on Vietnam's calendar.
        day: NaiveDate,
        /// The disease, by the name of its profile.
        disease: String,
        /// By how many seconds visits may have missed each other.
        margin_s: i64,
    },
    /// Who was at a place of theirs was warned.
    PlaceNotice {
        /// The warning.
        warning: PlaceWarningId,
        /// What the place is called.
        place: String,
        /// The day that is warned of, on Vietnam's calendar.
        day: NaiveDate,
    },
    /// What became of something that they reported.
    SignalFeedback {
        /// The report.
        signal: SignalId,
        /// The code under which they follow it.
        tracking: String,
        /// What the officer wrote.
        text: String,
    },
    /// An answer to what they asked about their data.
    DataRequestAnswer {
        /// What they asked.
        request: DataRequestId,
        /// What the officer wrote.
        text: String,
    },
    /// Their data is part of a breach.
    Breach {
        /// The breach.
        breach: BreachId,
        /// What happened, and what was done.
        text: String,
    },
    /// What the health station says to a declaration.
    DeclarationAdvice {
        /// The declaration.
        declaration: DeclarationId,
        /// What the officer wrote.
        text: String,
    },
    /// An agency put them on its list and asks what it may see.
    AgencyInvitation {
        /// The agency's name.
        agency: String,
    },
    /// An agency that may see it reminds them to declare.
    AgencyReminder {
        /// The agency's name.
        agency: String,
    },
    /// Something that the authority lets everybody know.
    News {
        /// In one line.
        title: String,
        /// The whole.
        text: String,
    },
}

impl Message {
    /// Its kind, as in its JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Message::PlaceWarning { .. } => "place_warning",
            Message::PlaceNotice { .. } => "place_notice",
            Message::SignalFeedback { .. } => "signal_feedback",
            Message::DataRequestAnswer { .. } => "data_request_answer",
            Message::Breach { .. } => "breach",
            Message::DeclarationAdvice { .. } => "declaration_advice",
            Message::AgencyInvitation { .. } => "agency_invitation",
            Message::AgencyReminder { .. } => "agency_reminder",
            Message::News { .. } => "news",
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.kind())
    }
}

/// A message in an inbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Names the message. Who sends the same twice gives the same identifier, and it arrives once.
    pub id: MessageId,
    /// Whose inbox.
    pub citizen: CitizenId,
    /// What it says.
    pub message: Message,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When its page was opened first.
    pub read_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_json_and_shows_nothing() {
        let id = PlaceWarningId::from_bytes([1; 16]);
        let message = Message::PlaceWarning {
            warning: id,
            whom: Whom::Guest("canary".to_owned()),
            visit: Some(VisitId::from_bytes([3; 16])),
            whereabouts: Whereabouts::Vehicle,
            place: "canary".to_owned(),
            day: "2026-11-20".parse().unwrap(),
            disease: "covid-19".to_owned(),
            margin_s: 3600,
        };
        let json = serde_json::to_string(&message).unwrap();
        assert!(json.starts_with(r#"{"kind":"place_warning""#), "{json}");
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
        assert_eq!(format!("{message:?}"), "Message(place_warning)");
        assert_eq!(format!("{:?}", Whom::Guest("canary".to_owned())), "Whom(..)");
    }

    #[test]
    fn a_warning_is_read_by_programs_from_before_it_said_for_whom_and_theirs_as_the_holders() {
        let new = Message::PlaceWarning {
            warning: PlaceWarningId::from_bytes([1; 16]),
            whom: Whom::Holder,
            visit: None,
            whereabouts: Whereabouts::Place,
            place: String::new(),
            day: "2026-11-20".parse().unwrap(),
            disease: "covid-19".to_owned(),
            margin_s: 3600,
        };
        assert!(serde_json::to_string(&new).unwrap().contains(r#""place":"""#), "they ask for it");
        let old = r#"{"kind":"place_warning","warning":"01010101010101010101010101010101","whereabouts":"place",
            "place":"Market","day":"2026-11-20","disease":"covid-19","margin_s":3600}"#;
        let Message::PlaceWarning { whom, visit, place, .. } = serde_json::from_str(old).unwrap() else {
            panic!("a warning")
        };
        assert_eq!((whom, visit, place.as_str()), (Whom::Holder, None, "Market"));
    }
}
