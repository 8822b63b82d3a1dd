//! The JSON of the device API: how a phone trades a one-time code for a token, the token for a certificate, and
//! publishes its keys.
//!
//! `POST /api/verify` → `POST /api/certificate` → `POST /v1/publish`. The formats are those of the Exposure
//! Notification verification and key servers, so that existing clients and test tools work. Every request and every
//! answer, errors too, is padded to a fixed size ([`pad`]), so that watching sizes tells nothing.
//!
//! These types hold codes, tokens and keys: `Debug` prints only their names.

mod base64;
mod consent;
mod padding;
mod place;
mod publish;

pub use self::base64::{decode_base64, encode_base64};
pub use self::consent::{
    CONSENT_REQUEST_BYTES, CONSENT_RESPONSE_BYTES, ConsentRequest, ConsentResponse, MAX_UPLOAD_BYTES,
    Mailbox, WithdrawRequest,
};
pub use self::padding::{Padded, pad, padding};
pub use self::place::PlaceAnswer;
pub use self::publish::{
    BELIEVABLE_ONSET_DAYS, MAX_KEY_AGE_DAYS, MAX_KEYS_PER_PUBLISH, PublishProblem, PublishRequest,
    PublishResponse, PublishedKey, UNKNOWN_ONSET_DAYS, tek_mac, tek_mac_matches, tek_mac_without_risk,
    validate_key, validate_publish,
};

use crate::diagnosis::ReportType;
use serde::{Deserialize, Deserializer, Serialize};

/// Reads `null` as nothing said: clients written in Go send it for empty lists and texts.
fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Largest request body the server reads.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Every request to `/api/verify` is this long.
pub const VERIFY_REQUEST_BYTES: usize = 2048;
/// Every answer of `/api/verify` is this long.
pub const VERIFY_RESPONSE_BYTES: usize = 2048;
/// Every request to `/api/certificate` is this long.
pub const CERTIFICATE_REQUEST_BYTES: usize = 2048;
/// Every answer of `/api/certificate` is this long.
pub const CERTIFICATE_RESPONSE_BYTES: usize = 2048;
/// Every request to `/v1/publish` is this long: 30 keys, certificate and revision token fit.
pub const PUBLISH_REQUEST_BYTES: usize = 8192;
/// Every answer of `/v1/publish` is this long: a revision token over 30 keys fits.
pub const PUBLISH_RESPONSE_BYTES: usize = 4096;

/// Request header that marks a dummy request: answered alike, stored nowhere.
pub const CHAFF_HEADER: &str = "X-Chaff";
/// Response header of `/v1/publish`, always `v1`.
pub const API_VERSION_HEADER: &str = "x-api-version";

/// Values of `errorCode` (verify, certificate) and `code` (publish).
pub mod error_code {
    /// The code is unknown, expired or used: one answer for all three, so that guessing teaches nothing.
    pub const CODE_INVALID: &str = "code_invalid";
    /// Too many wrong codes everywhere: short codes wait, links still work.
    pub const SHORT_CODES_PAUSED: &str = "short_codes_paused";
    /// Too many wrong codes from this network within the last hour.
    pub const TOO_MANY_ATTEMPTS: &str = "too_many_attempts";
    /// This phone does not accept the test type that the code stands for.
    pub const UNSUPPORTED_TEST_TYPE: &str = "unsupported_test_type";
    /// The token is not ours or was altered.
    pub const TOKEN_INVALID: &str = "token_invalid";
    /// The token's 24 hours are over.
    pub const TOKEN_EXPIRED: &str = "token_expired";
    /// `ekeyhmac` is not 32 bytes of base64.
    pub const HMAC_INVALID: &str = "hmac_invalid";
    /// The request is not what this endpoint reads.
    pub const BAD_REQUEST: &str = "bad_request";
    /// Our fault; try again later.
    pub const INTERNAL_ERROR: &str = "internal_error";
    /// Nobody here has this `healthAuthorityID`.
    pub const UNKNOWN_HEALTH_AUTHORITY: &str = "unknown_health_authority_id";
    /// The certificate is missing, forged, expired, or not for these keys.
    pub const CERTIFICATE_INVALID: &str = "health_authority_verification_certificate_invalid";
    /// Keys known already are to be changed, but the request has no revision token.
    pub const MISSING_REVISION_TOKEN: &str = "missing_revision_token";
    /// The revision token is not for these keys.
    pub const INVALID_REVISION_TOKEN: &str = "invalid_revision_token";
    /// A key can be revised once only.
    pub const KEY_ALREADY_REVISED: &str = "key_already_revised";
    /// For instance from confirmed back to likely.
    pub const INVALID_REPORT_TYPE_TRANSITION: &str = "invalid_report_type_transition";
    /// The upload cannot be read, is too long, or is for a unit that is not in the units file.
    pub const UPLOAD_INVALID: &str = "upload_invalid";
    /// This server takes no uploads: it has no cosigned log, or no keeper.
    pub const CONSENT_OFF: &str = "consent_off";
    /// Some keys were stored, others not: see the warnings.
    pub const PARTIAL_FAILURE: &str = "partial_failure";
}

/// What a code stands for, as the verification API spells it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestType {
    /// A positive laboratory test.
    Confirmed,
    /// A clinician's judgement.
    Likely,
    /// A negative test: withdraws keys published as likely.
    Negative,
    /// The owner's own report.
    UserReport,
    /// No finding: an officer concluded that the owner is a contact of a case (F1). Only for phones that name it in
    /// `accept`; it is not of the Exposure Notification formats.
    Contact,
}

impl TestType {
    /// The spelling on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Likely => "likely",
            Self::Negative => "negative",
            Self::UserReport => "user-report",
            Self::Contact => "contact",
        }
    }

    /// What keys published with it are marked as.
    pub const fn report_type(self) -> ReportType {
        match self {
            Self::Confirmed => ReportType::ConfirmedTest,
            Self::Likely => ReportType::ConfirmedClinical,
            Self::Negative => ReportType::Revoked,
            Self::UserReport => ReportType::SelfReport,
            Self::Contact => ReportType::Recursive,
        }
    }

    /// The risk level given to keys that come without one.
    pub const fn default_transmission_risk(self) -> u8 {
        match self {
            Self::Confirmed | Self::UserReport | Self::Contact => 2,
            Self::Likely => 4,
            Self::Negative => 6,
        }
    }
}

/// `POST /api/verify`: a one-time code for a token.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VerifyRequest {
    /// 8 digits, or the long code of a link.
    pub code: String,
    /// Test types this phone can handle; empty means all but `contact`.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<TestType>,
    /// 256 random bytes, base64. A retry with the same nonce gets the same token.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// Answer of `/api/verify`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyResponse {
    /// What the code stands for. (The wire spells it in lower case throughout.)
    #[serde(rename = "testtype")]
    pub test_type: TestType,
    /// Onset of symptoms, `YYYY-MM-DD`; empty if not known.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub symptom_date: String,
    /// Day of the test, `YYYY-MM-DD`; empty if not known.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub test_date: String,
    /// Of a `contact`: the first day whose keys may be published, `YYYY-MM-DD`; otherwise empty.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub publish_from: String,
    /// For `/api/certificate`; valid 24 hours, opaque to the phone.
    pub token: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// `POST /api/certificate`: a token for a certificate bound to the keys.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CertificateRequest {
    /// From [`VerifyResponse`].
    pub token: String,
    /// [`tek_mac`] of the keys to be published, base64.
    pub ekeyhmac: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// Answer of `/api/certificate`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CertificateResponse {
    /// Signed, valid 15 minutes, opaque to the phone.
    pub certificate: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// Answer of `/api/verify` and `/api/certificate` when they refuse.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorResponse {
    /// For a person, in English.
    pub error: String,
    /// One of [`error_code`].
    pub error_code: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// A body that is not the JSON expected. Says where, never what stood there: bodies hold codes and keys.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the JSON expected here: {kind} error at line {line}, column {column}")]
pub struct JsonError {
    kind: &'static str,
    line: usize,
    column: usize,
}

/// Reads one of the bodies above.
pub fn from_json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, JsonError> {
    serde_json::from_slice(body).map_err(|error| JsonError {
        kind: match error.classify() {
            serde_json::error::Category::Io => "reading",
            serde_json::error::Category::Syntax => "syntax",
            serde_json::error::Category::Data => "content",
            serde_json::error::Category::Eof => "end of text",
        },
        line: error.line(),
        column: error.column(),
    })
}

/// Writes one of the bodies above.
pub fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("strings, numbers and lists always serialise")
}

macro_rules! debug_name_only {
    ($($name:ident),*) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )* };
}
debug_name_only!(
    VerifyRequest,
    VerifyResponse,
    CertificateRequest,
    CertificateResponse,
    PublishRequest,
    PublishResponse,
    PublishedKey,
    Mailbox,
    ConsentRequest,
    ConsentResponse,
    PlaceAnswer,
    WithdrawRequest
);
