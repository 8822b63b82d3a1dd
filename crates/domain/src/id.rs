//! Identifiers of our own records: 16 random bytes, written as 32 lower-case hexadecimal digits.
//!
//! Random, not counted, so that an identifier in a page's address tells nobody how many records there are and cannot be
//! guessed. They name records inside the authority; they are not what phones send on the air.

use rand::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A text that is not an identifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not an identifier: expected 32 lower-case hexadecimal digits")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new random identifier.
            pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// From its 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // One spelling only, so that two texts never name the same record.
                if text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(InvalidId);
                }
                let mut bytes = [0; 16];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidId)?;
                Ok(Self(bytes))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

id! {
    /// An officer's account.
    OfficerId
}
id! {
    /// A suspected or confirmed case.
    CaseId
}
id! {
    /// A person in the registry.
    PersonId
}
id! {
    /// One person's contact with a case or with another contact.
    ContactId
}
id! {
    /// A change of many contacts that can be taken back as one.
    ContactBatchId
}
id! {
    /// A place, vehicle or flight that a case was at.
    EpiPointId
}
id! {
    /// Cases that were handed to a unit in one go.
    AssignmentId
}
id! {
    /// A one-time code that was issued (not the code itself).
    CodeId
}
id! {
    /// A verification token that a code was traded for (not the token itself).
    TokenId
}
id! {
    /// A change that waits for its second person.
    ApprovalId
}
id! {
    /// A key that the server signs with.
    SigningKeyId
}
id! {
    /// An area under a decision.
    ZoneId
}
id! {
    /// A citizen's account: who confirmed a telephone number.
    CitizenId
}
id! {
    /// Somebody for whom a citizen declares: themself, a child, a parent.
    ProfileId
}
id! {
    /// A health declaration.
    DeclarationId
}
id! {
    /// One stay at a place or in a vehicle.
    VisitId
}
id! {
    /// A warning of those who were at a place with a case.
    PlaceWarningId
}
id! {
    /// A message in a citizen's inbox.
    MessageId
}
id! {
    /// What a citizen reported.
    SignalId
}
id! {
    /// What a person asked about their own data.
    DataRequestId
}
id! {
    /// A breach of personal data.
    BreachId
}
id! {
    /// A plan for an outbreak.
    OutbreakPlanId
}
id! {
    /// An office, a school or a company that keeps a list of its staff.
    AgencyId
}
id! {
    /// Somebody on such a list.
    StaffId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_one_spelling_and_returns_the_same_identifier() {
        let id = CaseId::from_bytes(std::array::from_fn(|i| i as u8 * 17));
        let text = "00112233445566778899aabbccddeeff";
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
        for wrong in
            ["", "00", &text[1..], &text.to_uppercase(), &format!("{text}00"), &text.replace('f', "g")]
        {
            assert_eq!(wrong.parse::<CaseId>(), Err(InvalidId), "{wrong}");
        }
    }
}
