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
        /// What it does to the report before it.
        follows: Follows,
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
        /// What the server left out or changed, in its words; empty if nothing.
        warnings: Vec<String>,
    },
    /// Over without success.
    Failed {
        /// Why.
        failure: ReportFailure,
        /// Keys had left the phone: they may be public all the same.
        maybe_published: bool,
    },
}

/// What a report does to keys that an earlier one published. It sends them again in both cases.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Follows {
    /// There are none, or the report is one of its own.
    #[default]
    Nothing,
    /// The finding is the same: only the days since are news.
    SameFinding,
    /// The finding changes, or is withdrawn.
    NewFinding,
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
    /// An earlier report, whose answer never came, did publish some of the keys. They are left out of the next.
    AlreadyPublished,
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
    /// Those of `keys` that were on their way before, in a report that was never answered.
    #[serde(default)]
    pub unanswered: Vec<PublishedKey>,
}

/// Where the report under way stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum State {
    /// The code is to be traded for a token.
    Code {
        code: String,
        nonce: String,
        /// When it was entered.
        #[serde(default)]
        at: Timestamp,
    },
    /// The token is there; the owner is asked.
    Consent {
        token: String,
        test_type: TestType,
        symptom_date: String,
        test_date: String,
        /// Of a contact: the first day to publish, `YYYY-MM-DD`.
        #[serde(default)]
        publish_from: String,
        /// When the token came.
        #[serde(default)]
        at: Timestamp,
    },
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
    Done {
        test_type: TestType,
        at: Timestamp,
        days: Vec<Timestamp>,
        warnings: Vec<String>,
        /// Says whose case it is, should the owner share more.
        #[serde(default)]
        token: String,
    },
    /// Given up.
    Failed {
        failure: ReportFailure,
        at: Timestamp,
        #[serde(default)]
        maybe_published: bool,
    },
}

/// Tells a report under way from every other: an answer counts only for the report that asked.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportTag(String);

impl std::fmt::Debug for ReportTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReportTag(..)")
    }
}

impl State {
    /// Present while a request may be on its way.
    pub fn tag(&self) -> Option<ReportTag> {
        match self {
            Self::Code { nonce, .. } => Some(ReportTag(nonce.clone())),
            Self::Share { share, .. } => Some(ReportTag(share.hmac_key.clone())),
            _ => None,
        }
    }

    /// Whether all keys that it still tries to send ended by then.
    pub fn sends_only_keys_ended_by(&self, interval: IntervalNumber) -> bool {
        matches!(self, Self::Share { share, .. } if share.keys.iter().all(|key| ended_by(key, interval)))
    }

    /// Whether keys may have left the phone: they go with a certificate, and that is stored before.
    pub fn maybe_sent(&self) -> bool {
        match self {
            Self::Share { certificate, refused, .. } => certificate.is_some() || *refused > 0,
            _ => false,
        }
    }
}

/// What was published, and can be revised.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Receipt {
    /// Empty if nothing can be revised.
    pub revision_token: String,
    /// What the token vouches for.
    pub keys: Vec<PublishedKey>,
    pub test_type: TestType,
    /// As it was sent: a later report says the same, or its keys would be filed under other days since.
    #[serde(default)]
    pub onset: Option<IntervalNumber>,
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
        self.keys.iter().chain(&self.earlier).all(|key| ended_by(key, interval))
    }

    /// The receipt of a publication after this one. If it built on this one (came with its revision token), the new
    /// token vouches for the keys of both.
    pub fn followed_by(self, next: Receipt, builds_on_it: bool, horizon: IntervalNumber) -> Receipt {
        let Receipt { mut keys, mut earlier, .. } = next;
        let before = if builds_on_it { &mut keys } else { &mut earlier };
        before.extend(self.keys);
        earlier.extend(self.earlier);
        keys.retain(|key| !ended_by(key, horizon));
        keys.sort_by(|a, b| (a.rolling_start, &a.key).cmp(&(b.rolling_start, &b.key)));
        keys.dedup_by(|a, b| a.key == b.key);
        earlier.retain(|key| !ended_by(key, horizon) && !keys.iter().any(|known| known.key == key.key));
        Receipt { keys, earlier, ..next }
    }
}

fn ended_by(key: &PublishedKey, interval: IntervalNumber) -> bool {
    key.rolling_start + key.rolling_period <= interval
}

/// Whether a report of kind `new` brings keys published as `old` up to date: sends them again with their revision
/// token, and new ones with them. If not, it is a publication of its own.
pub(super) fn builds_on(old: TestType, new: TestType) -> bool {
    use TestType::{Confirmed, Contact, Likely, Negative, UserReport};
    match new {
        Contact => old == Contact,
        Confirmed => old != Negative,
        Likely => matches!(old, Likely | UserReport | Contact),
        UserReport => old == UserReport,
        Negative => old != Negative,
    }
}
