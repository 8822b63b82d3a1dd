//! Answers of the server, and the state that follows from each.

use super::state::{Receipt, ReportFailure, ReportTag, Share, State};
use super::{ReportAnswer, ReportError};
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, Storage};
use bluezone_matching::TOLERANCE_S;
use bluezone_protocol::api::{MAX_KEY_AGE_DAYS, PublishResponse, PublishedKey, TestType, error_code};
use bluezone_protocol::time::{DAY_S, Timestamp};

/// A certificate that the server does not like is replaced so many times before the report is given up.
const MAX_REFUSED_CERTIFICATES: u32 = 3;

/// What an answer did to the report.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It went on, or is over: ask for the next step.
    On,
    /// The step stays the same, for the answer may be better later (the server not reached, busy, or pausing): send its
    /// request again after a while.
    Later,
}

impl<S: Storage> Device<S> {
    /// Takes the answer to a request that went out while the report had this tag. Meanwhile the owner may have given it up,
    /// or begun another with another code: then the answer is no longer anybody's.
    ///
    /// # Errors
    /// [`ReportError::WrongStep`] if it is another report now.
    pub fn report_answer_to(
        &mut self,
        tag: Option<&ReportTag>,
        answer: ReportAnswer,
        now: Timestamp,
    ) -> Result<Taken, DeviceError> {
        if self.report_tag()?.as_ref() != tag {
            return Err(ReportError::WrongStep.into());
        }
        self.report_answer(answer, now)
    }

    /// Takes the answer to the last step's request, when nothing can have come between.
    pub fn report_answer(&mut self, answer: ReportAnswer, now: Timestamp) -> Result<Taken, DeviceError> {
        let Some(state) = self.read::<State>(Document::Report)? else {
            return Err(ReportError::WrongStep.into());
        };
        let after = match (state, answer) {
            (State::Code { .. }, ReportAnswer::Verify(response)) => {
                let test_type = response.test_type;
                let next = if test_type == TestType::Negative && !self.can_withdraw(now)? {
                    failed(ReportFailure::NothingToWithdraw, false, now)
                } else {
                    State::Consent {
                        token: response.token,
                        test_type,
                        symptom_date: response.symptom_date,
                        test_date: response.test_date,
                        publish_from: response.publish_from,
                        at: now,
                    }
                };
                Some(vec![put(Document::Report, &next)])
            }
            (State::Share { token, test_type, share, refused, .. }, ReportAnswer::Certificate(response)) => {
                let certificate = Some((response.certificate, now));
                let next = State::Share { token, test_type, share, certificate, refused };
                Some(vec![put(Document::Report, &next)])
            }
            (State::Share { token, test_type, share, .. }, ReportAnswer::Publish(response))
                if response.code.is_empty() || response.code == error_code::PARTIAL_FAILURE =>
            {
                Some(self.published(token, test_type, share, response, now)?)
            }
            (state @ State::Share { .. }, ReportAnswer::Publish(response)) => {
                self.refused(state, &response.code, 400, now)?
            }
            (state @ (State::Code { .. } | State::Share { .. }), ReportAnswer::Error { code, status }) => {
                self.refused(state, &code, status, now)?
            }
            _ => return Err(ReportError::WrongStep.into()),
        };
        let taken = if after.is_some() { Taken::On } else { Taken::Later };
        let mut changes = after.unwrap_or_default();
        changes.push(self.clock_change(now));
        self.apply(&changes)?;
        Ok(taken)
    }

    /// The server has the keys.
    fn published(
        &self,
        token: String,
        test_type: TestType,
        share: Share,
        response: PublishResponse,
        now: Timestamp,
    ) -> Result<Vec<Change>, DeviceError> {
        let before: Option<Receipt> = self.read(Document::Receipt)?;
        let builds_on_it = !share.revision_token.is_empty();
        let Share { mut keys, onset, revision_token, .. } = share;
        if response.code == error_code::PARTIAL_FAILURE {
            keys.retain(|key| is_surely_stored(key, now));
        }
        let mut days: Vec<_> = keys.iter().map(|key| key.rolling_start.day_start().start()).collect();
        days.dedup();
        let done = State::Done { test_type, at: now, days, warnings: response.warnings, token };
        // A server that gives no new token with a revision leaves the old one valid.
        let newer = Some(response.revision_token).filter(|token| !token.is_empty());
        let revision_token = newer.unwrap_or(revision_token);
        let receipt = Receipt { revision_token, keys, test_type, onset, earlier: Vec::new() };
        let receipt = match before {
            Some(before) => before.followed_by(receipt, builds_on_it, Self::own_key_horizon(now).interval()),
            None => receipt,
        };
        Ok(vec![put(Document::Report, &done), put(Document::Receipt, &receipt)])
    }

    /// The server refused, or was not reached. `None`: the step stays.
    fn refused(
        &self,
        state: State,
        code: &str,
        status: u16,
        now: Timestamp,
    ) -> Result<Option<Vec<Change>>, DeviceError> {
        let later = matches!(status, 0 | 408 | 429 | 500..)
            || matches!(code, error_code::SHORT_CODES_PAUSED | error_code::INTERNAL_ERROR);
        if later {
            return Ok(None);
        }
        let maybe_published = state.maybe_sent();
        let failure = match (state, code) {
            // It expired on the way, or the server's key changed: the token still buys another.
            (State::Share { token, test_type, share, refused, .. }, error_code::CERTIFICATE_INVALID)
                if refused < MAX_REFUSED_CERTIFICATES =>
            {
                let refused = refused + 1;
                let again = State::Share { token, test_type, share, certificate: None, refused };
                return Ok(Some(vec![put(Document::Report, &again)]));
            }
            (
                State::Share { test_type, share, .. },
                error_code::MISSING_REVISION_TOKEN | error_code::INVALID_REVISION_TOKEN,
            ) if !share.unanswered.is_empty() => {
                let over = failed(ReportFailure::AlreadyPublished, maybe_published, now);
                let receipt = self.with_earlier(test_type, share.unanswered)?;
                return Ok(Some(vec![put(Document::Report, &over), put(Document::Receipt, &receipt)]));
            }
            (_, error_code::CODE_INVALID) => ReportFailure::CodeRefused,
            (_, error_code::TOKEN_EXPIRED) => ReportFailure::TokenExpired,
            (_, other) => ReportFailure::Refused { code: other.to_owned(), status },
        };
        Ok(Some(vec![put(Document::Report, &failed(failure, maybe_published, now))]))
    }

    /// The receipt, with keys that turned out to be published by a report whose token never came.
    fn with_earlier(&self, test_type: TestType, keys: Vec<PublishedKey>) -> Result<Receipt, DeviceError> {
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let mut receipt = receipt.unwrap_or(Receipt {
            revision_token: String::new(),
            keys: Vec::new(),
            test_type,
            onset: None,
            earlier: Vec::new(),
        });
        receipt.earlier.extend(keys);
        Ok(receipt)
    }
}

fn failed(failure: ReportFailure, maybe_published: bool, now: Timestamp) -> State {
    State::Failed { failure, at: now, maybe_published }
}

/// Of a report that was stored in part: not a key that had grown too old on the way, nor one that by the server's clock
/// may not have begun. Those it has nevertheless are vouched for by its token when they are sent again.
fn is_surely_stored(key: &PublishedKey, now: Timestamp) -> bool {
    let end = (key.rolling_start + key.rolling_period).start();
    end >= now - MAX_KEY_AGE_DAYS * DAY_S && key.rolling_start.start() <= now - TOLERANCE_S
}
