//! Which keys a report publishes: what is new, and what an earlier publication has to be brought up to date with.

use super::state::{Follows, Receipt, State, builds_on};
use crate::device::{Device, OWN_KEY_DAYS};
use crate::error::DeviceError;
use crate::storage::{Change, Document, OwnKey, Storage};
use bluezone_protocol::api::{BELIEVABLE_ONSET_DAYS, MAX_DAYS_SINCE_ONSET, PublishedKey, TestType};
use bluezone_protocol::time::{DAY_S, IntervalNumber, Timestamp};
use chrono::NaiveDate;

/// A report that is over is shown for this long (seconds): as long as what it published counts.
const OVER_S: i64 = OWN_KEY_DAYS * DAY_S;

/// A token lives so long (seconds): nobody can say yes any more after that.
const CONSENT_S: i64 = DAY_S;

/// The keys of the report that waits for the owner's yes; without one, those of a first report.
#[derive(Default)]
pub(super) struct Selection {
    /// Published before, as they were published: the revision token vouches for them.
    pub old: Vec<OwnKey>,
    /// Never published as far as the phone knows; today's cut short.
    pub new: Vec<OwnKey>,
    /// As `new`, but too far from the onset of symptoms: the server would leave them out.
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
        let (test_type, officers) = match self.read(Document::Report)? {
            Some(State::Consent { test_type, symptom_date, .. }) => (Some(test_type), date(&symptom_date)),
            _ => (None, None),
        };
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let mut selection =
            Selection { onset: officers.or(onset).map(Timestamp::interval), ..Selection::default() };
        if let (Some(test_type), Some(receipt)) = (test_type, &receipt) {
            selection.old = revisable(receipt, test_type, now);
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
        let onset = selection.onset;
        (selection.new, selection.too_far) =
            new.map(|key| shortened(key, end)).partition(|key| is_near(key, onset, now));
        Ok(selection)
    }

    /// Whether a negative test would withdraw anything.
    pub(super) fn can_withdraw(&self, now: Timestamp) -> Result<bool, DeviceError> {
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        Ok(receipt.is_some_and(|receipt| !revisable(&receipt, TestType::Negative, now).is_empty()))
    }

    /// What is left of reports when its time is over: the receipt when the last of its keys is as old as own keys may
    /// get (it holds copies of them), a report that ended, a question that can no longer be answered.
    pub(crate) fn forget_reports(&self, now: Timestamp) -> Result<Vec<Change>, DeviceError> {
        let horizon = Self::own_key_horizon(now).interval();
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let receipt = receipt.is_some_and(|receipt| receipt.ended_by(horizon));
        let report = match self.read(Document::Report)? {
            Some(State::Done { at, .. } | State::Failed { at, .. }) => now - at >= OVER_S,
            Some(State::Consent { at, .. }) => now - at >= CONSENT_S,
            _ => false,
        };
        let over = [(receipt, Document::Receipt), (report, Document::Report)];
        let over = over.into_iter().filter(|(over, _)| *over);
        Ok(over.map(|(_, document)| Change::DeleteDocument(document)).collect())
    }
}

/// The published keys that a report of this kind brings up to date.
fn revisable(receipt: &Receipt, test_type: TestType, now: Timestamp) -> Vec<OwnKey> {
    if !builds_on(receipt.test_type, test_type) {
        return Vec::new();
    }
    receipt.keys.iter().map(own).filter(|key| is_current(key, now)).collect()
}

/// Neither too old nor, by a clock that was set back, of times to come: the server would not take it.
fn is_current(key: &OwnKey, now: Timestamp) -> bool {
    key.end().start() > now - OWN_KEY_DAYS * DAY_S && key.rolling_start <= now.interval()
}

/// The server's rule: keys of the days around the onset, if that is known and can be true.
fn is_near(key: &OwnKey, onset: Option<IntervalNumber>, now: Timestamp) -> bool {
    let Some(onset) = onset.map(IntervalNumber::start) else { return true };
    let days = (key.rolling_start.start().day_start() - onset.day_start()) / DAY_S;
    (now - onset).abs() > BELIEVABLE_ONSET_DAYS * DAY_S || days.abs() <= MAX_DAYS_SINCE_ONSET
}

/// Midnight UTC of `YYYY-MM-DD`.
fn date(text: &str) -> Option<Timestamp> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(Timestamp(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp()))
}

/// The key, ending at `end`; but not before anything that was on the air, or that time would get a second key.
fn shortened(key: &OwnKey, end: IntervalNumber) -> OwnKey {
    let end = key.end().min(end.max(key.sent_until));
    let period = end.0.saturating_sub(key.rolling_start.0);
    OwnKey { rolling_period: period, ..key.clone() }
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
