//! Answers of the server, and the state that follows from each.

use super::state::{Receipt, ReportFailure, State, builds_on};
use super::{ReportAnswer, ReportError};
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Storage};
use bluezone_protocol::api::{PublishResponse, TestType, error_code};
use bluezone_protocol::time::Timestamp;

/// A certificate that the server does not like is replaced so many times before the report is given up.
const MAX_REFUSED_CERTIFICATES: u32 = 3;

impl<S: Storage> Device<S> {
    /// Takes the answer to the last step's request. After an answer that may be better later (the server not reached,
    /// busy, or pausing), the step stays the same: try again after a while.
    pub fn report_answer(&mut self, answer: ReportAnswer, now: Timestamp) -> Result<(), DeviceError> {
        let Some(state) = self.read::<State>(Document::Report)? else {
            return Err(ReportError::WrongStep.into());
        };
        let mut changes = match (state, answer) {
            (State::Code { .. }, ReportAnswer::Verify(response)) => {
                let test_type = response.test_type;
                let next = if test_type == TestType::Negative && !self.can_withdraw()? {
                    State::Failed { failure: ReportFailure::NothingToWithdraw, at: now }
                } else {
                    State::Consent {
                        token: response.token,
                        test_type,
                        symptom_date: response.symptom_date,
                        test_date: response.test_date,
                    }
                };
                vec![put(Document::Report, &next)]
            }
            (State::Share { token, test_type, share, refused, .. }, ReportAnswer::Certificate(response)) => {
                let certificate = Some((response.certificate, now));
                vec![put(Document::Report, &State::Share { token, test_type, share, certificate, refused })]
            }
            (state @ State::Share { .. }, ReportAnswer::Publish(response)) => {
                if response.code.is_empty() || response.code == error_code::PARTIAL_FAILURE {
                    let before: Option<Receipt> = self.read(Document::Receipt)?;
                    let horizon = Self::own_key_horizon(now).interval();
                    published(state, response, now, |receipt| match before {
                        Some(before) => before.followed_by(receipt, horizon),
                        None => receipt,
                    })
                } else {
                    refused(state, &response.code, 400, now)
                }
            }
            (state @ (State::Code { .. } | State::Share { .. }), ReportAnswer::Error { code, status }) => {
                refused(state, &code, status, now)
            }
            _ => return Err(ReportError::WrongStep.into()),
        };
        changes.push(self.clock_change(now));
        self.apply(&changes)?;
        Ok(())
    }

    fn can_withdraw(&self) -> Result<bool, DeviceError> {
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        Ok(receipt.is_some_and(|receipt| builds_on(receipt.test_type, TestType::Negative)))
    }
}

/// The server has the keys.
fn published(
    state: State,
    response: PublishResponse,
    now: Timestamp,
    follow: impl FnOnce(Receipt) -> Receipt,
) -> Vec<Change> {
    let State::Share { test_type, share, .. } = state else { return Vec::new() };
    let mut days: Vec<_> = share.keys.iter().map(|key| key.rolling_start.day_start().start()).collect();
    days.dedup();
    let done = State::Done { test_type, at: now, days, warnings: response.warnings };
    let receipt = Receipt {
        // A server that gives no new token with a revision leaves the old one valid.
        revision_token: if response.revision_token.is_empty() {
            share.revision_token
        } else {
            response.revision_token
        },
        keys: share.keys,
        test_type,
        earlier: Vec::new(),
    };
    vec![put(Document::Report, &done), put(Document::Receipt, &follow(receipt))]
}

/// The server refused, or was not reached.
fn refused(state: State, code: &str, status: u16, now: Timestamp) -> Vec<Change> {
    let later = matches!(status, 0 | 408 | 429 | 500..)
        || matches!(code, error_code::SHORT_CODES_PAUSED | error_code::INTERNAL_ERROR);
    if later {
        return Vec::new();
    }
    if let (State::Share { token, test_type, share, refused, .. }, error_code::CERTIFICATE_INVALID) =
        (&state, code)
        && *refused < MAX_REFUSED_CERTIFICATES
    {
        // It expired on the way, or the server's key changed: the token still buys another.
        let again = State::Share {
            token: token.clone(),
            test_type: *test_type,
            share: share.clone(),
            certificate: None,
            refused: refused + 1,
        };
        return vec![put(Document::Report, &again)];
    }
    let failure = match code {
        error_code::CODE_INVALID => ReportFailure::CodeRefused,
        error_code::TOKEN_EXPIRED => ReportFailure::TokenExpired,
        other => ReportFailure::Refused { code: other.to_owned(), status },
    };
    vec![put(Document::Report, &State::Failed { failure, at: now })]
}
