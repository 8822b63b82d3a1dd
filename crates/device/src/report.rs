//! Reporting a diagnosis: code → token → the owner's yes → certificate → publish.
//!
//! A state machine whose every state is stored before the request that follows from it goes out: the nonce before the
//! code is sent, the chosen keys and their HMAC key before the certificate is asked for. A phone killed anywhere sends
//! the same request again, which the server answers as it did the first time: nothing is published twice.
//!
//! The caller carries the bytes: [`Device::report_next`] says what to send, [`Device::report_answer`] takes the answer.

mod answer;
mod selection;
mod state;

pub use answer::Taken;
pub use state::{Follows, ReportFailure, ReportStep, ReportTag};

use crate::config::Scheme;
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, OwnKey, Storage};
use bluezone_protocol::api::{
    CERTIFICATE_REQUEST_BYTES, CertificateRequest, CertificateResponse, MAX_KEYS_PER_PUBLISH,
    PUBLISH_REQUEST_BYTES, PublishRequest, PublishResponse, TestType, VERIFY_REQUEST_BYTES, VerifyRequest,
    VerifyResponse, decode_base64, encode_base64, pad, tek_mac,
};
use bluezone_protocol::time::{DAY_S, IntervalNumber, Timestamp};
use rand::Rng;
use selection::{Selection, published};
use state::{Share, State};
use std::collections::BTreeMap;

/// A certificate is valid for 15 minutes; one older than this (seconds) is fetched again.
const CERTIFICATE_FRESH_S: i64 = 600;

/// Length of the random nonce that makes a repeated verification get the same token.
const NONCE_BYTES: usize = 256;

/// Why a report cannot go on as asked. Nothing was changed.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReportError {
    /// Not a code or the tail of a link.
    #[error(
        "a code is the 8 digits, or the letters and digits of the link, that the health officer gave you"
    )]
    CodeFormat,
    /// Keys of the original scheme are never published.
    #[error(
        "this phone sends the original identifiers, whose keys cannot be published; switch to the gaen scheme"
    )]
    Scheme,
    /// The keys are on their way already.
    #[error("a report is being sent; wait until it is done")]
    InProgress,
    /// An answer or a consent that does not belong to the present step.
    #[error("this does not belong to the present step of the report")]
    WrongStep,
    /// No key of the chosen days.
    #[error("nothing of the chosen days is there to share; choose at least one of the days shown")]
    NothingToShare,
}

/// One day's keys, of one kind. A day can be there twice: today's key was published, and another was used since.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct KeyDay {
    /// Start of the UTC day, as keys are cut.
    pub day: Timestamp,
    /// Hours of the day in which others could recognise this phone. Today's end with the present 10 minutes.
    pub covers_hours: f64,
    /// What becomes of it.
    pub kind: DayKind,
}

/// What becomes of a day's keys in a report.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DayKind {
    /// Published by an earlier report; sent again with this one whether chosen or not.
    Before,
    /// Published if the owner chooses it.
    New,
    /// Never published: too far from the onset of symptoms, or of a contact before it could be infectious.
    TooFar,
}

/// What came back for the request of a step.
pub enum ReportAnswer {
    /// For [`ReportStep::Verify`].
    Verify(VerifyResponse),
    /// For [`ReportStep::Certificate`].
    Certificate(CertificateResponse),
    /// For [`ReportStep::Publish`], accepted or refused.
    Publish(PublishResponse),
    /// Refused, or not answered at all.
    Error {
        /// The server's `errorCode` or `code`; empty if there was none.
        code: String,
        /// The HTTP status; 0 if the server was not reached.
        status: u16,
    },
}

impl std::fmt::Debug for ReportAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Verify(_) => f.write_str("Verify(..)"),
            Self::Certificate(_) => f.write_str("Certificate(..)"),
            Self::Publish(_) => f.write_str("Publish(..)"),
            Self::Error { code, status } => write!(f, "Error({code:?}, {status})"),
        }
    }
}

impl<S: Storage> Device<S> {
    /// Exactly what would be shared now, oldest day first: nothing else leaves the phone with a report. Days published
    /// before are among them when this report changes or adds to that one; when it withdraws, they alone. `onset` is
    /// what the owner says of it; what the officer said comes first.
    pub fn report_preview(
        &self,
        onset: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<KeyDay>, DeviceError> {
        let Selection { old, new, too_far, .. } = self.selection(onset, now)?;
        let mut days: BTreeMap<(IntervalNumber, DayKind), u32> = BTreeMap::new();
        for (keys, kind) in [(old, DayKind::Before), (new, DayKind::New), (too_far, DayKind::TooFar)] {
            for key in keys {
                *days.entry((key.rolling_start.day_start(), kind)).or_default() += key.rolling_period;
            }
        }
        let day = |((day, kind), intervals): ((IntervalNumber, DayKind), u32)| KeyDay {
            day: day.start(),
            covers_hours: f64::from(intervals) / 6.0,
            kind,
        };
        Ok(days.into_iter().map(day).collect())
    }

    /// Starts a report with a code. Started again with the same code, it goes on; with another, it starts anew unless
    /// keys are already on their way.
    pub fn report_start(
        &mut self,
        code: &str,
        rng: &mut (impl Rng + ?Sized),
        now: Timestamp,
    ) -> Result<(), DeviceError> {
        if self.config.scheme != Scheme::Gaen {
            return Err(ReportError::Scheme.into());
        }
        let code = normal_code(code).ok_or(ReportError::CodeFormat)?;
        match self.read(Document::Report)? {
            Some(State::Share { .. }) => return Err(ReportError::InProgress.into()),
            Some(State::Code { code: known, .. }) if known == code => return Ok(()),
            _ => {}
        }
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let state = State::Code { code, nonce: encode_base64(&nonce), at: now };
        let changes = [self.clock_change(now), put(Document::Report, &state)];
        self.apply(&changes)?;
        Ok(())
    }

    /// What to do next. Requests come padded to their fixed size: send their JSON as it is.
    pub fn report_next(
        &mut self,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<ReportStep, DeviceError> {
        Ok(match self.read(Document::Report)? {
            None => ReportStep::Idle,
            Some(State::Code { code, nonce, .. }) => {
                // A contact's code is for phones that say so; `negative` includes all the others.
                let accept = vec![TestType::Negative, TestType::Contact];
                let mut request = VerifyRequest { code, accept, nonce, ..VerifyRequest::default() };
                pad(&mut request, VERIFY_REQUEST_BYTES, rng);
                ReportStep::Verify(request)
            }
            Some(State::Consent { test_type, symptom_date, test_date, .. }) => ReportStep::Confirm {
                test_type,
                symptom_date,
                test_date,
                follows: self.selection(None, now)?.follows,
            },
            Some(State::Share { certificate: Some((payload, got)), share, .. })
                if now >= got && now - got < CERTIFICATE_FRESH_S =>
            {
                let mut request = PublishRequest {
                    keys: share.keys,
                    health_authority_id: self.config.health_authority_id.clone(),
                    verification_payload: payload,
                    hmac_key: share.hmac_key,
                    symptom_onset_interval: share.onset,
                    traveler: false,
                    revision_token: share.revision_token,
                    padding: String::new(),
                };
                pad(&mut request, PUBLISH_REQUEST_BYTES, rng);
                ReportStep::Publish(request)
            }
            Some(State::Share { token, share, .. }) => {
                let hmac_key = decode_base64(&share.hmac_key)
                    .ok_or(DeviceError::DamagedState(Document::Report.name()))?;
                let ekeyhmac = encode_base64(&tek_mac(&hmac_key, &share.keys));
                let mut request = CertificateRequest { token, ekeyhmac, padding: String::new() };
                pad(&mut request, CERTIFICATE_REQUEST_BYTES, rng);
                ReportStep::Certificate(request)
            }
            Some(State::Done { test_type, at, days, warnings, .. }) => {
                ReportStep::Done { test_type, at, days, warnings }
            }
            Some(State::Failed { failure, maybe_published, .. }) => {
                ReportStep::Failed { failure, maybe_published }
            }
        })
    }

    /// Tells the report under way from every other; none if no request is on its way.
    pub fn report_tag(&self) -> Result<Option<ReportTag>, DeviceError> {
        Ok(self.read::<State>(Document::Report)?.and_then(|state| state.tag()))
    }

    /// The owner's yes to sharing these days (of [`Device::report_preview`]; others may be left out), with the day of
    /// the first symptoms if there were any.
    ///
    /// Today's key is cut short at the end of the present 10 minutes, from when another key is used.
    pub fn report_consent(
        &mut self,
        days: &[Timestamp],
        onset: Option<Timestamp>,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(), DeviceError> {
        let Some(State::Consent { token, test_type, .. }) = self.read(Document::Report)? else {
            return Err(ReportError::WrongStep.into());
        };
        let Selection { mut old, mut new, revision_token, follows, onset, .. } =
            self.selection(onset, now)?;
        new.retain(|key| days.contains(&key.rolling_start.day_start().start()));
        if new.is_empty() && follows != Follows::NewFinding {
            return Err(ReportError::NothingToShare.into());
        }
        // Of more than a request takes, the newest; the server knows those left out by their revision token.
        let newest = |keys: &mut Vec<OwnKey>, most: usize| {
            keys.sort_by_key(|key| key.rolling_start);
            keys.drain(..keys.len().saturating_sub(most));
        };
        newest(&mut new, MAX_KEYS_PER_PUBLISH);
        newest(&mut old, MAX_KEYS_PER_PUBLISH - new.len());
        let unanswered = new.iter().filter(|key| key.shared).map(published).collect();
        let mut changes = vec![self.clock_change(now)];
        changes.extend(new.iter().map(|key| Change::PutKey(OwnKey { shared: true, ..key.clone() })));
        let mut keys: Vec<_> = old.into_iter().chain(new).collect();
        keys.sort_by_key(|key| key.rolling_start);
        let mut hmac_key = [0; 32];
        rng.fill_bytes(&mut hmac_key);
        let share = Share {
            hmac_key: encode_base64(&hmac_key),
            keys: keys.iter().map(published).collect(),
            onset,
            revision_token,
            unanswered,
        };
        let state = State::Share { token, test_type, share, certificate: None, refused: 0 };
        changes.push(put(Document::Report, &state));
        self.apply(&changes)?;
        Ok(())
    }

    /// The token of a report that was published within the last day: with it more can be shared as the same case. None of a
    /// withdrawn one, nor of a contact's.
    pub(crate) fn report_token(&self, now: Timestamp) -> Result<Option<String>, DeviceError> {
        Ok(match self.read(Document::Report)? {
            Some(State::Done { test_type, at, token, .. })
                if !matches!(test_type, TestType::Negative | TestType::Contact)
                    && !token.is_empty()
                    && now - at < DAY_S =>
            {
                Some(token)
            }
            _ => None,
        })
    }

    /// Gives up the present report, or takes a finished one off the screen. What was published stays published.
    pub fn report_cancel(&mut self) -> Result<(), DeviceError> {
        self.apply(&[Change::DeleteDocument(Document::Report)])?;
        Ok(())
    }
}

/// Digits may come in groups, a link's code as it is.
fn normal_code(code: &str) -> Option<String> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let digits: String = code.chars().filter(|c| *c != '-').collect();
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return (digits.len() == 8).then_some(digits);
    }
    let link = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    ((16..=256).contains(&code.len()) && code.bytes().all(link)).then_some(code)
}
