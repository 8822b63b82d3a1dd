//! The rules under which keys are published, withheld and revised.

use crate::Timestamp;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::IntervalNumber;
use thiserror::Error;

/// How long after its rolling period a key is withheld, unless configured otherwise: phones accept a clock that is two
/// hours off, so until then a listener could replay the key's identifiers and be believed.
pub const EMBARGO_S: i64 = 2 * 3600;

/// Days from an exposure to the first on which the exposed may pass it on, unless configured otherwise: for COVID-19 an
/// incubation of five days at the median less the two or three before symptoms in which people infect (He et al. 2020).
pub const LATENCY_DAYS: i64 = 2;

/// The two exports. A key never stands in both as valid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stream {
    /// Keys of cases (F0): what every Exposure Notification client fetches. Warns F1.
    Cases,
    /// Keys of confirmed contacts (F1), in an export of its own. Warns F2, in other words.
    Contacts,
}

impl Stream {
    /// Both.
    pub const ALL: [Stream; 2] = [Stream::Cases, Stream::Contacts];

    /// Where keys of a report type stand. Withdrawn ones stand wherever they stood.
    pub const fn of(report_type: ReportType) -> Stream {
        match report_type {
            ReportType::Recursive => Stream::Contacts,
            _ => Stream::Cases,
        }
    }
}

/// A key as it is kept for publication.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredKey {
    /// The key and what is said about it.
    pub key: DiagnosisKey,
    /// It stands in no export before this.
    pub released_at: Timestamp,
}

impl StoredKey {
    /// A key received at `now`: released at once, or `embargo_s` after its rolling period ends if that is later.
    ///
    /// "At once" is recorded as the hour it is: the second would tell, for as long as the key is kept, which keys came
    /// together and from which code they came.
    pub fn received(key: DiagnosisKey, now: Timestamp, embargo_s: i64) -> Self {
        let hour = now - now.0.rem_euclid(3600);
        let released_at = hour.max(key.end() + embargo_s);
        StoredKey { key, released_at }
    }
}

/// What a revision token vouches for: that its holder published this very key before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevisableKey {
    /// The key (hidden in `Debug`).
    pub key: TemporaryExposureKey,
    /// First interval it was used in.
    pub rolling_start: IntervalNumber,
    /// How many intervals it was used for.
    pub rolling_period: u32,
}

impl From<&DiagnosisKey> for RevisableKey {
    fn from(key: &DiagnosisKey) -> Self {
        RevisableKey {
            key: key.key.clone(),
            rolling_start: key.rolling_start,
            rolling_period: key.rolling_period,
        }
    }
}

/// What publishing a key again means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transition {
    /// The same report again: nothing to do.
    Same,
    /// The report changes.
    Change,
}

/// A change of report type that is not allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the report type of a published key cannot change that way")]
pub struct InvalidTransition;

/// Whether a published key may be published again as something else: more certain, or withdrawn.
///
/// | from | to |
/// |---|---|
/// | self-report | clinical, confirmed, revoked |
/// | clinical (likely) | confirmed, revoked |
/// | confirmed | revoked |
/// | contact (recursive) | revoked |
///
/// A contact who becomes a case does two things at once: the key is revoked among the contacts' and published for the first
/// time among the cases'.
///
/// A change that phones were told of can only be withdrawn: they follow one change, and a withdrawal after it. The store
/// keeps count; a change that no export told yet does not count.
pub fn transition(from: ReportType, to: ReportType) -> Result<Transition, InvalidTransition> {
    use ReportType::{ConfirmedClinical, ConfirmedTest, Recursive, Revoked, SelfReport};
    match (from, to) {
        (from, to) if from == to => Ok(Transition::Same),
        (SelfReport, ConfirmedClinical | ConfirmedTest | Revoked)
        | (ConfirmedClinical, ConfirmedTest | Revoked)
        | (ConfirmedTest | Recursive, Revoked) => Ok(Transition::Change),
        _ => Err(InvalidTransition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(start: u32, period: u32) -> DiagnosisKey {
        DiagnosisKey {
            key: TemporaryExposureKey::from_bytes([1; 16]),
            rolling_start: IntervalNumber(start),
            rolling_period: period,
            transmission_risk: 0,
            report_type: ReportType::ConfirmedTest,
            days_since_onset: None,
        }
    }

    #[test]
    fn a_key_is_withheld_until_its_identifiers_can_no_longer_be_replayed() {
        let end = IntervalNumber(144 * 10 + 144).start();
        let released = |now| StoredKey::received(key(144 * 10, 144), now, EMBARGO_S).released_at;
        assert_eq!(released(end - 3600), end + EMBARGO_S);
        assert_eq!(released(end + EMBARGO_S), end + EMBARGO_S);
        assert_eq!(released(end + EMBARGO_S + 1), end + EMBARGO_S);
        assert_eq!(released(end + 5 * 3600 + 1799), end + 5 * 3600, "recorded as the hour");
        // Today's key, shortened by the phone when its owner publishes at noon.
        let noon = IntervalNumber(144 * 10 + 72).start();
        assert_eq!(StoredKey::received(key(144 * 10, 72), noon, EMBARGO_S).released_at, noon + EMBARGO_S);
    }

    #[test]
    fn reports_grow_more_certain_or_are_withdrawn() {
        use ReportType::*;
        let all = [Unknown, ConfirmedTest, ConfirmedClinical, SelfReport, Recursive, Revoked];
        let mut changes = Vec::new();
        for from in all {
            for to in all {
                match transition(from, to) {
                    Ok(Transition::Same) => assert_eq!(from, to),
                    Ok(Transition::Change) => changes.push((from, to)),
                    Err(InvalidTransition) => assert_ne!(from, to),
                }
            }
        }
        let expected = [
            (ConfirmedTest, Revoked),
            (ConfirmedClinical, ConfirmedTest),
            (ConfirmedClinical, Revoked),
            (SelfReport, ConfirmedTest),
            (SelfReport, ConfirmedClinical),
            (SelfReport, Revoked),
            (Recursive, Revoked),
        ];
        assert_eq!(changes, expected);
    }
}
