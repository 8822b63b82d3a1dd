//! Which keys a report publishes: what is new, and what an earlier publication has to be brought up to date with.

use super::state::{Follows, Receipt, ReportFailure, State, builds_on};
use crate::device::{Device, OWN_KEY_DAYS, put};
use crate::error::DeviceError;
use crate::storage::{Change, Document, OwnKey, Storage};
use bluezone_protocol::api::{BELIEVABLE_ONSET_DAYS, PublishedKey, TestType, UNKNOWN_ONSET_DAYS};
use bluezone_protocol::time::{DAY_S, IntervalNumber, Timestamp};
use bluezone_proximity::Infectiousness;
use chrono::NaiveDate;

/// A report that is over is shown for this long (seconds): as long as what it published counts.
const OVER_S: i64 = OWN_KEY_DAYS * DAY_S;

/// A link and a token live so long (seconds): nobody can trade the one or say yes by the other after that.
const CONSENT_S: i64 = DAY_S;

/// The keys of the report that waits for the owner's yes; without one, those of a first report.
#[derive(Default)]
pub(super) struct Selection {
    /// Published before, as they were published: the revision token vouches for them.
    pub old: Vec<OwnKey>,
    /// Never published as far as the phone knows; today's cut short.
    pub new: Vec<OwnKey>,
    /// As `new`, but of days on which the owner was not infectious, as far as is known: nobody would be warned of them, and
    /// the server would leave them out.
    pub too_far: Vec<OwnKey>,
    /// Empty if there are no old ones.
    pub revision_token: String,
    /// What the report does to the old ones.
    pub follows: Follows,
    /// Onset of symptoms: the officer's, else the owner's, else that of the report before.
    pub onset: Option<IntervalNumber>,
}

impl<S: Storage> Device<S> {
    /// `onset`: what the owner says.
    pub(super) fn selection(
        &self,
        onset: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Selection, DeviceError> {
        let (test_type, officers, publish_from) = match self.read(Document::Report)? {
            Some(State::Consent { test_type, symptom_date, publish_from, .. }) => {
                (Some(test_type), date(&symptom_date), date(&publish_from))
            }
            _ => (None, None, None),
        };
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let mut selection =
            Selection { onset: officers.or(onset).map(Timestamp::interval), ..Selection::default() };
        if let (Some(test_type), Some(receipt)) = (test_type, &receipt) {
            selection.old = self.revisable(receipt, test_type, now);
            if !selection.old.is_empty() {
                let same = receipt.test_type == test_type;
                selection.follows = if same { Follows::SameFinding } else { Follows::NewFinding };
                selection.revision_token = receipt.revision_token.clone();
                selection.onset = selection.onset.or(receipt.onset);
            }
        }
        if test_type == Some(TestType::Negative) {
            return Ok(selection); // A negative test publishes nothing.
        }
        let end = now.interval() + 1;
        let known = |key: &OwnKey| receipt.as_ref().is_some_and(|receipt| receipt.has(key));
        let new = self.own_keys.iter().filter(|key| is_current(key, now) && !known(key));
        if test_type == Some(TestType::Contact) {
            // A contact has no onset. Without a first day nothing is published rather than too much.
            selection.onset = None;
            let may = |key: &OwnKey| {
                publish_from.is_some_and(|first| key.rolling_start.start().day_start() >= first)
            };
            (selection.new, selection.too_far) = new.map(|key| key.ending_by(end)).partition(may);
            return Ok(selection);
        }
        let onset = selection.onset;
        (selection.new, selection.too_far) =
            new.map(|key| key.ending_by(end)).partition(|key| self.is_infectious_day(key, onset, now));
        Ok(selection)
    }

    /// The server's rule: only days on which the disease profile calls the owner infectious are published.
    fn is_infectious_day(&self, key: &OwnKey, onset: Option<IntervalNumber>, now: Timestamp) -> bool {
        let believable = |onset: &Timestamp| (now - *onset).abs() <= BELIEVABLE_ONSET_DAYS * DAY_S;
        let onset = onset.map(IntervalNumber::start).filter(believable);
        let onset = onset.unwrap_or(now - UNKNOWN_ONSET_DAYS * DAY_S).day_start();
        let days = i32::try_from((key.rolling_start.start().day_start() - onset) / DAY_S).ok();
        days.is_some_and(|days| self.config.disease.infectiousness(Some(days)) != Infectiousness::None)
    }

    /// Whether a negative test would withdraw anything.
    pub(super) fn can_withdraw(&self, now: Timestamp) -> Result<bool, DeviceError> {
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        Ok(receipt.is_some_and(|receipt| !self.revisable(&receipt, TestType::Negative, now).is_empty()))
    }

    /// The published keys that a report of this kind brings up to date.
    fn revisable(&self, receipt: &Receipt, test_type: TestType, now: Timestamp) -> Vec<OwnKey> {
        if !builds_on(receipt.test_type, test_type) {
            return Vec::new();
        }
        // A key that a clock set ahead made and published is forgotten, and drawn anew when its day really comes. A server
        // takes no two of one time, and only the newer was on the air then.
        let drawn_anew =
            |key: &OwnKey| self.own_keys.iter().any(|own| own.key != key.key && own.overlaps(key));
        receipt.keys.iter().map(own).filter(|key| is_current(key, now) && !drawn_anew(key)).collect()
    }

    /// What is left of reports when its time is over: the receipt when the last of its keys is as old as own keys may
    /// get (it holds copies of them), a report that ended, a code or a question that can no longer be answered. A report that
    /// could never be sent fails when its keys are of no use any more.
    pub(crate) fn forget_reports(&self, now: Timestamp) -> Result<Vec<Change>, DeviceError> {
        let horizon = Self::own_key_horizon(now).interval();
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let receipt = receipt.is_some_and(|receipt| receipt.ended_by(horizon));
        let mut changes = Vec::new();
        if receipt {
            changes.push(Change::DeleteDocument(Document::Receipt));
        }
        match self.read::<State>(Document::Report)? {
            Some(State::Done { at, .. } | State::Failed { at, .. }) if now - at >= OVER_S => {
                changes.push(Change::DeleteDocument(Document::Report));
            }
            Some(State::Consent { at, .. } | State::Code { at, .. }) if now - at >= CONSENT_S => {
                changes.push(Change::DeleteDocument(Document::Report));
            }
            Some(state) if state.sends_only_keys_ended_by(horizon) => {
                let maybe_published = state.maybe_sent();
                let failure = ReportFailure::TokenExpired;
                changes.push(put(Document::Report, &State::Failed { failure, at: now, maybe_published }));
            }
            _ => {}
        }
        Ok(changes)
    }
}

/// Neither too old nor, by a clock that was set back, of times to come: the server would not take it.
fn is_current(key: &OwnKey, now: Timestamp) -> bool {
    key.end().start() > now - OWN_KEY_DAYS * DAY_S && key.rolling_start <= now.interval()
}

/// Midnight UTC of `YYYY-MM-DD`.
fn date(text: &str) -> Option<Timestamp> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(Timestamp(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp()))
}

/// As it is published.
pub(super) fn published(key: &OwnKey) -> PublishedKey {
    PublishedKey {
        key: key.key.clone(),
        rolling_start: key.rolling_start,
        rolling_period: key.rolling_period,
        transmission_risk: 0,
    }
}

fn own(key: &PublishedKey) -> OwnKey {
    OwnKey {
        key: key.key.clone(),
        rolling_start: key.rolling_start,
        rolling_period: key.rolling_period,
        sent_until: key.rolling_start + key.rolling_period,
        shared: true,
    }
}
