//! What a citizen finds in their inbox. A message says what happened; the page finds the words in the reader's language.

use crate::Timestamp;
use crate::id::{BreachId, CitizenId, DataRequestId, DeclarationId, MessageId, PlaceWarningId, SignalId};
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

/// A message. `Debug` shows its kind only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// They were somewhere together with a case.
    PlaceWarning {
        /// The warning.
        warning: PlaceWarningId,
        /// What kind of place.
        whereabouts: Whereabouts,
        /// Its name in the citizen's own diary; empty where they did not write one.
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
    }
}
