//! What a published key tells besides its bytes.

use crate::Timestamp;
use crate::publication::Stream;
use bluezone_protocol::api::TestType;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{INTERVALS_PER_DAY, IntervalNumber};

/// Intervals of one UTC day that a key was used in, from midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The first interval of the day.
    pub start: IntervalNumber,
    /// How many intervals: 144 for a whole day.
    pub period: u32,
}

impl Span {
    pub(super) fn whole(day: Timestamp) -> Self {
        Span { start: day.interval(), period: INTERVALS_PER_DAY }
    }

    /// The span that ends at `end`, at any moment of a day but its midnight.
    pub(super) fn until(end: Timestamp) -> Self {
        let start = end.day_start().interval();
        Span { start, period: u32::try_from(end.interval() - start).unwrap_or(INTERVALS_PER_DAY) }
    }

    /// Whether it is a whole day.
    pub fn is_whole(self) -> bool {
        self.period == INTERVALS_PER_DAY
    }
}

/// All that a published key tells besides its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cell {
    /// When it was used.
    pub span: Span,
    /// Representative of its class.
    pub days_since_onset: Option<i32>,
    /// Why it was published.
    pub report_type: ReportType,
}

impl Cell {
    /// The cell of a key in its published form.
    pub fn of(key: &DiagnosisKey) -> Self {
        Cell {
            span: Span { start: key.rolling_start, period: key.rolling_period },
            days_since_onset: key.days_since_onset,
            report_type: key.report_type,
        }
    }

    /// A key of this cell.
    pub fn key(self, key: TemporaryExposureKey) -> DiagnosisKey {
        DiagnosisKey {
            key,
            rolling_start: self.span.start,
            rolling_period: self.span.period,
            transmission_risk: risk(self.report_type),
            report_type: self.report_type,
            days_since_onset: self.days_since_onset,
        }
    }
}

/// What a revised key tells besides its bytes. Keys of days cut short are too few for each day to count by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Change {
    /// The day, if the key is of a whole day.
    pub day: Option<IntervalNumber>,
    /// Representative of its class.
    pub days_since_onset: Option<i32>,
    /// What it was published as.
    pub from: ReportType,
    /// What it becomes.
    pub to: ReportType,
}

impl Change {
    /// The change of a published key to another type.
    pub fn of(before: &DiagnosisKey, to: ReportType) -> Self {
        let cell = Cell::of(before);
        Change {
            day: cell.span.is_whole().then_some(cell.span.start),
            days_since_onset: cell.days_since_onset,
            from: cell.report_type,
            to,
        }
    }
}

/// Report types that keys of a stream are published with for the first time.
pub const fn first_types(stream: Stream) -> &'static [ReportType] {
    match stream {
        Stream::Cases => &[ReportType::ConfirmedTest, ReportType::ConfirmedClinical],
        Stream::Contacts => &[ReportType::Recursive],
    }
}

/// Changes of report that occur in a stream, see [`crate::publication::transition`].
pub const fn changes(stream: Stream) -> &'static [(ReportType, ReportType)] {
    match stream {
        Stream::Cases => &[
            (ReportType::ConfirmedClinical, ReportType::ConfirmedTest),
            (ReportType::ConfirmedClinical, ReportType::Revoked),
            (ReportType::ConfirmedTest, ReportType::Revoked),
        ],
        Stream::Contacts => &[(ReportType::Recursive, ReportType::Revoked)],
    }
}

/// The usual one of the report type.
fn risk(report_type: ReportType) -> u8 {
    match report_type {
        ReportType::ConfirmedClinical => TestType::Likely,
        ReportType::Revoked => TestType::Negative,
        _ => TestType::Confirmed,
    }
    .default_transmission_risk()
}
