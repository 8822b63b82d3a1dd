//! `POST /v1/consent` and `POST /v1/consent/withdraw`: what a phone sends the health authority because its owner said yes,
//! and taking it back.
//!
//! The upload itself is sealed to a unit and to the keeper (`docs/transparency.md`, Uploads) and holds a
//! [`History`](crate::history::History); this is the envelope around it. Every request is [`CONSENT_REQUEST_BYTES`] long,
//! dummy requests too, so that neither whether nor how much a phone sends can be seen; a longer history goes as several
//! uploads. Repeating a request stores nothing twice: an upload is named by its hash.

use super::{decode_base64, encode_base64, or_null};
use serde::{Deserialize, Serialize};

/// Every request to `/v1/consent` and `/v1/consent/withdraw` is this long.
pub const CONSENT_REQUEST_BYTES: usize = 131_072;
/// Every answer of them is this long.
pub const CONSENT_RESPONSE_BYTES: usize = 2048;
/// Most bytes of a sealed upload, so that it fits into a request as base64.
pub const MAX_UPLOAD_BYTES: usize = 90_000;

/// Where requests for a person's history reach this phone. Both values were made for this one purpose and name nobody.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mailbox {
    /// X25519 key that requests are sealed to, 32 bytes, base64.
    pub request_key: String,
    /// By which the phone finds entries about itself in the log, 32 bytes, base64.
    pub handle: String,
}

/// `POST /v1/consent`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRequest {
    /// The sealed upload, base64; empty if its owner shares nothing and only leaves a mailbox.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub upload: String,
    /// Token of the code that the officer gave, which says whose case it is; empty from a warned person.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub token: String,
    /// With an answer to a request: that it comes from who was asked (`transparency::release::Details::answers`), base64.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub answers: String,
    /// Where requests reach the phone, if its owner lets themselves be asked. Without an upload it needs a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<Mailbox>,
    /// SHA-256 of [`WithdrawRequest::secret`]'s bytes, base64: whoever knows the secret may take this back.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub withdrawal: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// `POST /v1/consent/withdraw`: deletes the uploads and the mailbox that were sent with a withdrawal hash, and what was
/// opened of them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WithdrawRequest {
    /// 32 random bytes that the phone kept, base64.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub secret: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// Answer of both: stored, or gone. The same whether there was anything to delete.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConsentResponse {
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

impl Mailbox {
    /// From its values.
    pub fn new(request_key: &[u8; 32], handle: &[u8; 32]) -> Self {
        Self { request_key: encode_base64(request_key), handle: encode_base64(handle) }
    }

    /// Key and handle; `None` if either is not 32 bytes of base64.
    pub fn decode(&self) -> Option<([u8; 32], [u8; 32])> {
        let bytes = |text| decode_base64(text)?.try_into().ok();
        Some((bytes(&self.request_key)?, bytes(&self.handle)?))
    }
}
