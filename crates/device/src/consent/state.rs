//! What is stored of the owner's consents. It holds keys, handles and secrets: none of them is printed.

use super::SharingKind;
use bluezone_protocol::api::{ConsentRequest, decode_base64};
use bluezone_protocol::history::GivenConsent;
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::seal::PrivateKey;
use bluezone_transparency::subject::SubjectHandle;
use serde::{Deserialize, Serialize};

/// Everything the owner said yes or no to.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Consents {
    /// Oldest first.
    pub given: Vec<Given>,
    /// Requests that were answered, oldest first.
    pub answered: Vec<AnsweredRequest>,
}

/// One thing the owner said yes to.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Given {
    /// Random, for pages to name it by.
    pub id: String,
    pub kind: SharingKind,
    /// Code and name of the unit; empty for a mailbox alone.
    pub unit: (String, String),
    pub at: Timestamp,
    /// UTC days.
    pub days: Vec<Timestamp>,
    pub consents: Vec<GivenConsent>,
    /// Takes it back; 32 bytes, base64.
    pub secret: String,
    /// Recognises entries about it in the log; 32 bytes, base64. An answer has that of the mailbox it came through.
    pub handle: Option<String>,
    /// Opens requests; 32 bytes, base64. Gone once it was taken back.
    pub request_key: Option<String>,
    /// Requests to the server, and how many of them it acknowledged.
    pub requests: usize,
    pub acknowledged: usize,
    pub state: SharingState,
}

/// Where a sharing stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum SharingState {
    /// On its way.
    Sending,
    /// The server has all of it.
    Sent {
        /// Since when.
        at: Timestamp,
    },
    /// The server refused the rest of it.
    Failed {
        /// One of [`bluezone_protocol::api::error_code`], or empty.
        code: String,
    },
    /// Taken back; the server does not know it yet.
    Withdrawing,
    /// Taken back, and deleted by the server.
    Withdrawn {
        /// Since when.
        at: Timestamp,
    },
}

/// A request that the owner answered, on this phone or to the unit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredRequest {
    /// Names the statement.
    pub hash: Hash,
    /// When.
    pub at: Timestamp,
    /// Whether anything was sent. A no is known to this phone alone.
    pub yes: bool,
    /// Code of the unit that asked.
    pub unit: String,
    /// What for.
    pub purpose: String,
    /// When the request ends.
    pub expires: Timestamp,
}

impl std::fmt::Debug for AnsweredRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnsweredRequest(..)")
    }
}

/// A request to the server that was not acknowledged yet, ready but for its filler.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Parcel {
    /// [`Given::id`].
    pub given: String,
    pub request: ConsentRequest,
}

impl Given {
    pub fn handle(&self) -> Option<SubjectHandle> {
        self.handle.as_deref().and_then(bytes).map(SubjectHandle::from_bytes)
    }

    pub fn request_key(&self) -> Option<PrivateKey> {
        self.request_key.as_deref().and_then(bytes).map(|key| PrivateKey::from_bytes(&key))
    }

    /// Whether it stands: neither refused altogether nor taken back.
    pub fn stands(&self) -> bool {
        match self.state {
            SharingState::Sending | SharingState::Sent { .. } => true,
            SharingState::Failed { .. } => self.acknowledged > 0,
            SharingState::Withdrawing | SharingState::Withdrawn { .. } => false,
        }
    }
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    decode_base64(text)?.try_into().ok()
}
