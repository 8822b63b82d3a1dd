//! Keys of officers' passkeys, as they begin and end in the log.

use crate::Timestamp;
use crate::merkle::Hash;
use crate::text::{FormatError, Line, Reader, base64};
use crate::webauthn::{Assertion, OfficerKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The first line of what officers sign when they let another key in.
const HEADER: &str = "bluezone/officer-key/v1";

/// An officer's name in the log: 16 random bytes, as 32 lower-case hexadecimal digits. One person has one, whatever keys.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OfficerTag(pub [u8; 16]);

impl fmt::Display for OfficerTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Not an officer's tag.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an officer's tag: expected 32 lower-case hexadecimal digits")]
pub struct InvalidTag;

impl FromStr for OfficerTag {
    type Err = InvalidTag;
    fn from_str(text: &str) -> Result<Self, InvalidTag> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidTag)?;
        let tag = Self(bytes);
        if tag.to_string() == text { Ok(tag) } else { Err(InvalidTag) }
    }
}

/// A key begins or ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyChange {
    /// A key begins to count.
    Add {
        /// Whose it is.
        officer: OfficerTag,
        /// Code of the officer's unit.
        unit: Line,
        /// The passkey's public key.
        key: OfficerKey,
        /// First moment at which its signatures count.
        from: Timestamp,
        /// First moment at which they no longer do.
        until: Timestamp,
    },
    /// A key counts no more.
    Revoke {
        /// [`OfficerKey::id`].
        key: Hash,
        /// Why.
        reason: Line,
    },
}

/// A change with the signatures of the officers who let it happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficerKeyChange {
    /// What changes.
    pub change: KeyChange,
    /// Two standing officers' for a new key, unless it is one of the founding keys; none is needed to revoke.
    pub signatures: Vec<Assertion>,
}

impl KeyChange {
    /// What officers sign.
    pub fn to_text(&self) -> String {
        match self {
            Self::Add { officer, unit, key, from, until } => format!(
                "{HEADER}\naction add\nofficer {officer}\nunit {unit}\nkey {}\nfrom {}\nuntil {}\n",
                base64(key.to_bytes()),
                from.0.max(0),
                until.0.max(0)
            ),
            Self::Revoke { key, reason } => {
                format!("{HEADER}\naction revoke\nkey-id {key}\nreason {reason}\n")
            }
        }
    }

    /// The challenge of the passkeys that sign it.
    pub fn challenge(&self) -> Hash {
        Hash::of(self.to_text().as_bytes())
    }

    /// Reads a change that stands alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new("change of an officer's key", bytes)?;
        let change = Self::read(&mut reader)?;
        reader.end()?;
        Ok(change)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        reader.exactly(HEADER)?;
        match reader.field("action")? {
            "add" => {
                let officer = reader.parse("officer", "is no officer")?;
                let unit = reader.text("unit")?;
                let key = OfficerKey::from_bytes(&reader.bytes("key")?);
                let key = key.ok_or(reader.error("key", "is no compressed P-256 point"))?;
                Ok(Self::Add { officer, unit, key, from: reader.time("from")?, until: reader.time("until")? })
            }
            "revoke" => {
                Ok(Self::Revoke { key: Hash(reader.bytes("key-id")?), reason: reader.text("reason")? })
            }
            _ => Err(reader.error("action", "is not known")),
        }
    }
}

impl OfficerKeyChange {
    pub(crate) fn to_text(&self) -> String {
        self.change.to_text() + &Assertion::lines(&self.signatures)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { change: KeyChange::read(reader)?, signatures: Assertion::read_lines(reader)? })
    }
}
