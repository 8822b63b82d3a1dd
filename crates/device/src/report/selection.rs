//! Which keys a report publishes: what is new, and what an earlier publication has to be brought up to date with.

use super::state::{Receipt, State, builds_on};
use crate::device::Device;
use crate::error::DeviceError;
use crate::storage::{Change, Document, OwnKey, Storage};
use bluezone_protocol::api::{PublishedKey, TestType};
use bluezone_protocol::time::{IntervalNumber, Timestamp};

/// The keys of the report that waits for the owner's yes; without one, those of a first report.
#[derive(Default)]
pub(super) struct Selection {
    /// Published before, as they were published: the revision token vouches for them.
    pub old: Vec<OwnKey>,
    /// Never published; today's cut short.
    pub new: Vec<OwnKey>,
    /// Empty if there are no old ones.
    pub revision_token: String,
    /// Whether the report says something else of the old ones than before.
    pub changes_old: bool,
}

impl<S: Storage> Device<S> {
    pub(super) fn selection(&self, now: Timestamp) -> Result<Selection, DeviceError> {
        let (horizon, end) = (Self::own_key_horizon(now).interval(), now.interval() + 1);
        // Neither too old nor, by a clock that was set back, of times to come: the server would refuse them all.
        let current = |key: &OwnKey| key.end() > horizon && key.rolling_start < end;
        let test_type = match self.read(Document::Report)? {
            Some(State::Consent { test_type, .. }) => Some(test_type),
            _ => None,
        };
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let mut selection = Selection::default();
        if let (Some(test_type), Some(receipt)) = (test_type, &receipt)
            && builds_on(receipt.test_type, test_type)
        {
            selection.old = receipt.keys.iter().map(own).filter(current).collect();
            selection.changes_old = receipt.test_type != test_type && !selection.old.is_empty();
            if !selection.old.is_empty() {
                selection.revision_token = receipt.revision_token.clone();
            }
        }
        if test_type == Some(TestType::Negative) {
            return Ok(selection); // A negative test publishes nothing.
        }
        let known = |key: &OwnKey| receipt.as_ref().is_some_and(|receipt| receipt.has(key));
        let new = self.own_keys.iter().filter(|key| current(key) && !known(key));
        selection.new = new.map(|key| shortened(key, end)).collect();
        Ok(selection)
    }

    /// The receipt goes when the last of its keys is as old as own keys may get: it holds copies of them.
    pub(crate) fn forget_receipt(&self, now: Timestamp) -> Result<Option<Change>, DeviceError> {
        let horizon = Self::own_key_horizon(now).interval();
        let receipt: Option<Receipt> = self.read(Document::Receipt)?;
        let over = receipt.is_some_and(|receipt| receipt.ended_by(horizon));
        Ok(over.then_some(Change::DeleteDocument(Document::Receipt)))
    }
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
