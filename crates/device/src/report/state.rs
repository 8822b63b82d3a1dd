//! The stored states of a report. They hold codes, tokens and keys: none of them is printed.

use crate::storage::OwnKey;
use bluezone_protocol::api::{CertificateRequest, PublishRequest, PublishedKey, TestType, VerifyRequest};
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use serde::{Deserialize, Serialize};

/// What to do next in a report.
#[derive(Clone, PartialEq, Debug)]
pub enum ReportStep {
    /// No report is under way.
    Idle,
    /// Send this to `/api/verify`.
    Verify(VerifyRequest),
    /// Wait for the owner's yes: [`crate::Device::report_consent`].
    Confirm {
        /// What the code stands for.
        test_type: TestType,
        /// Onset of symptoms as the officer knows it, `YYYY-MM-DD`, or empty.
        symptom_date: String,
        /// Day of the test, `YYYY-MM-DD`, or empty.
        test_date: String,
        /// Keys published before are sent again: the new report replaces the old, or a negative one withdraws it.
        revises: bool,
    },
    /// Send this to `/api/certificate`.
    Certificate(CertificateRequest),
    /// Send this to `/v1/publish`.
    Publish(PublishRequest),
    /// Published.
    Done {
        /// As what.
        test_type: TestType,
        /// When.
        at: Timestamp,
        /// The days shared.
        days: Vec<Timestamp>,
    },
    /// Over without success.
    Failed(ReportFailure),
}

/// Why a report ended without success. What to do: ask the officer for a new code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum ReportFailure {
    /// The code is unknown, expired or used.
    CodeRefused,
    /// The code is for a negative test, but this phone has published nothing that could be withdrawn.
    NothingToWithdraw,
    /// The 24 hours after the code are over.
    TokenExpired,
    /// Anything else the server said.
    Refused {
        /// Its code.
        code: String,
        /// The HTTP status.
        status: u16,
    },
}

/// What is published.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Share {
    /// 32 random bytes, base64.
    pub hmac_key: String,
    pub keys: Vec<PublishedKey>,
    pub onset: Option<IntervalNumber>,
    /// Empty at the first publication.
    pub revision_token: String,
}

/// Where the report under way stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum State {
    /// The code is to be traded for a token.
    Code { code: String, nonce: String },
    /// The token is there; the owner is asked.
    Consent { token: String, test_type: TestType, symptom_date: String, test_date: String },
    /// The owner said yes to these keys: they are sent until the server has them.
    Share {
        token: String,
        test_type: TestType,
        share: Share,
        /// With the time it was received.
        certificate: Option<(String, Timestamp)>,
        /// How often the server refused a certificate.
        refused: u32,
    },
    /// The server has them.
    Done { test_type: TestType, at: Timestamp, days: Vec<Timestamp>, warnings: Vec<String> },
    /// Given up.
    Failed { failure: ReportFailure, at: Timestamp },
}

/// What was published, and can be revised.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Receipt {
    pub revision_token: String,
    /// What the token vouches for.
    pub keys: Vec<PublishedKey>,
    pub test_type: TestType,
    /// Published by reports before that this one could not build on. Never published again.
    pub earlier: Vec<PublishedKey>,
}

impl Receipt {
    /// Whether the key was published.
    pub fn has(&self, key: &OwnKey) -> bool {
        self.keys.iter().chain(&self.earlier).any(|known| known.key == key.key)
    }

    /// Whether all its keys ended by then.
    pub fn ended_by(&self, interval: IntervalNumber) -> bool {
        self.keys.iter().chain(&self.earlier).all(|key| key.rolling_start + key.rolling_period <= interval)
    }

    /// The receipt of a publication that followed this one.
    pub fn followed_by(self, next: Receipt, horizon: IntervalNumber) -> Receipt {
        let mut earlier = self.keys;
        earlier.extend(self.earlier);
        earlier.retain(|key| {
            let sent_again = next.keys.iter().any(|sent| sent.key == key.key);
            !sent_again && key.rolling_start + key.rolling_period > horizon
        });
        Receipt { earlier, ..next }
    }
}

/// Whether a report of kind `new` brings keys published as `old` up to date: sends them again with their revision
/// token, and new ones with them. If not, it is a publication of its own.
pub(super) fn builds_on(old: TestType, new: TestType) -> bool {
    use TestType::{Confirmed, Likely, Negative, UserReport};
    match new {
        Confirmed => old != Negative,
        Likely => matches!(old, Likely | UserReport),
        UserReport => old == UserReport,
        Negative => old != Negative,
    }
}
