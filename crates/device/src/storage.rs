//! What a phone keeps, and the trait behind which it is kept.
//!
//! All writing goes through one method, [`Storage::apply`]: a list of changes that take effect together or not at
//! all, and that are on the disk when it returns. So "this export's matches, and that it was processed" or "the keys
//! chosen, and today's key cut short" can never be half done, whenever the phone is switched off.

use bluezone_codes::place::PlaceCode;
use bluezone_codes::visit::Stay;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::place_warning::{PlaceKey, PlaceWarning};
use bluezone_protocol::time::{IntervalNumber, Timestamp};

/// One of this phone's own keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnKey {
    /// The key (hidden in `Debug`).
    pub key: TemporaryExposureKey,
    /// First interval it is used in. No two keys start in the same interval.
    pub rolling_start: IntervalNumber,
    /// How many intervals it is used for.
    pub rolling_period: u32,
    /// Everything before this interval may have been on the air; nothing from it on was. A key is never cut shorter.
    pub sent_until: IntervalNumber,
    /// Chosen by its owner to be published, or its identifiers to be told to a unit: others may know them by now.
    pub shared: bool,
}

impl OwnKey {
    /// The first interval after it.
    pub fn end(&self) -> IntervalNumber {
        self.rolling_start + self.rolling_period
    }

    /// It, ending at `end`; but not before anything that was on the air, or that time would get a second key.
    pub(crate) fn ending_by(&self, end: IntervalNumber) -> Self {
        let end = self.end().min(end.max(self.sent_until));
        let period = end.0.saturating_sub(self.rolling_start.0);
        Self { rolling_period: period, ..self.clone() }
    }

    /// Whether it is the key of this interval.
    pub fn covers(&self, interval: IntervalNumber) -> bool {
        interval >= self.rolling_start && interval < self.end()
    }

    /// Whether there is an interval of both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.rolling_start < other.end() && other.rolling_start < self.end()
    }
}

/// Received strength of one identifier in one scan, dBm.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Strength {
    /// Mean of the packets.
    pub mean_dbm: i8,
    /// The strongest packet.
    pub strongest_dbm: i8,
    /// How many packets.
    pub packets: u16,
}

/// One identifier heard in one scan.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct StoredSighting {
    /// What was heard. Stored once per identifier and scan; metadata that differs within a scan is dropped.
    pub identifier: Identifier,
    /// Start of the scan.
    pub time: Timestamp,
    /// Since the start of the scan before.
    pub seconds_since_last_scan: u32,
    /// `None`: told over GATT, without a strength.
    pub strength: Option<Strength>,
    /// Transmit power that its packets claimed, dBm.
    pub tx_power_dbm: Option<i8>,
}

/// Who published a key: which export it came in.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Publisher {
    /// A case (F0): who was near is F1.
    #[default]
    Case,
    /// A contact of a case (F1), not known to be ill: who was near is F2.
    Contact,
}

/// A published key whose owner was near.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredMatch {
    /// As published last.
    pub key: DiagnosisKey,
    /// Whether that was a revision: only a withdrawal follows one. A revoked one is kept, marked so, because its first
    /// publication may be processed after it.
    pub revised: bool,
    /// When it was found.
    pub found: Timestamp,
    /// Who published it last. A contact who became a case is a case.
    pub publisher: Publisher,
}

/// A visit of a place or vehicle where the owner checked in. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredVisit {
    /// From when to when. No two visits begin in the same second.
    pub stay: Stay,
    /// The digits on the poster.
    pub code: PlaceCode,
    /// Reads the place's warnings.
    pub key: PlaceKey,
    /// What the owner calls it, or the server; may be empty.
    pub name: String,
    /// Whether it is a vehicle.
    pub vehicle: bool,
}

impl std::fmt::Debug for StoredVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredVisit(..)")
    }
}

/// A published warning that is meant for one of the visits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct StoredPlaceMatch {
    /// When the visit began, which names it.
    pub visit: Timestamp,
    /// As published.
    pub warning: PlaceWarning,
    /// When it was found.
    pub found: Timestamp,
}

/// Small states, each one text, by name.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Document {
    /// What the phone knows about its clock.
    Clock,
    /// Base id of the original scheme.
    BaseId,
    /// The report under way.
    Report,
    /// What was published, for a revision.
    Receipt,
    /// When exports were last checked.
    LastCheck,
    /// When the next dummy calls run.
    Dummy,
    /// The transparency log as far as it was read, and what it says about this phone.
    Log,
    /// The file of units that uploads can be sealed to.
    Units,
    /// The file of requests, while one of them is for this phone.
    Requests,
    /// What the owner agreed to, with the keys and secrets that belong to it.
    Consents,
    /// Sealed uploads that the server has not acknowledged.
    Outbox,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Clock,
        Self::BaseId,
        Self::Report,
        Self::Receipt,
        Self::LastCheck,
        Self::Dummy,
        Self::Log,
        Self::Units,
        Self::Requests,
        Self::Consents,
        Self::Outbox,
    ];

    /// Its name in storage. Never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::BaseId => "base-id",
            Self::Report => "report",
            Self::Receipt => "receipt",
            Self::LastCheck => "last-check",
            Self::Dummy => "dummy",
            Self::Log => "log",
            Self::Units => "units",
            Self::Requests => "requests",
            Self::Consents => "consents",
            Self::Outbox => "outbox",
        }
    }
}

/// One change. See [`Storage::apply`].
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Adds a key, or changes period, `sent_until` and `shared` of the one that starts in the same interval. If that one is another
    /// key: [`StorageError::KeyConflict`].
    PutKey(OwnKey),
    /// Deletes own keys that ended at or before this interval.
    DeleteKeysEndedBy(IntervalNumber),
    /// Deletes own keys that start after this interval.
    DeleteKeysStartingAfter(IntervalNumber),
    /// Adds a sighting. One of the same identifier (without metadata) and time stands: nothing is changed.
    PutSighting(StoredSighting),
    /// Deletes sightings earlier than this.
    DeleteSightingsBefore(Timestamp),
    /// Deletes sightings later than this.
    DeleteSightingsAfter(Timestamp),
    /// Of the sightings from a time on and before another, keeps the strongest `most` and deletes the others. Those without
    /// a strength go first; among equals any.
    KeepStrongest {
        /// The first time that counts.
        from: Timestamp,
        /// The first time that does not.
        until: Timestamp,
        /// How many stay.
        most: u32,
    },
    /// Adds a match, or replaces the one of the same key.
    PutMatch(StoredMatch),
    /// Deletes matches whose key's period ended before this.
    DeleteMatchesEndedBefore(Timestamp),
    /// Adds a visit, or changes the one that began in the same second. Its warnings stay.
    PutVisit(StoredVisit),
    /// Deletes the visit that began then, and its warnings.
    DeleteVisit(Timestamp),
    /// Deletes visits that ended before this, and their warnings.
    DeleteVisitsEndedBefore(Timestamp),
    /// Puts these in the place of all warnings of files that cover the same span. Those of visits that are gone are left out.
    ReplacePlaceMatches {
        /// Start and end of the file's span.
        span: (Timestamp, Timestamp),
        /// At most one of a visit and a case's stay.
        matches: Vec<StoredPlaceMatch>,
    },
    /// Notes an export as processed.
    PutProcessed {
        /// Its name.
        name: String,
        /// When.
        at: Timestamp,
    },
    /// Forgets exports processed before this.
    DeleteProcessedBefore(Timestamp),
    /// Writes a state.
    PutDocument(Document, String),
    /// Deletes a state.
    DeleteDocument(Document),
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PutKey(key) => write!(f, "PutKey({key:?})"),
            Self::PutSighting(sighting) => write!(f, "PutSighting({sighting:?})"),
            Self::KeepStrongest { from, until, most } => {
                write!(f, "KeepStrongest({from:?}, {until:?}, {most})")
            }
            Self::PutMatch(found) => write!(f, "PutMatch({found:?})"),
            Self::PutVisit(visit) => write!(f, "PutVisit({visit:?})"),
            // When somebody was somewhere is nobody's business.
            Self::DeleteVisit(_) => f.write_str("DeleteVisit(..)"),
            Self::DeleteVisitsEndedBefore(at) => write!(f, "DeleteVisitsEndedBefore({at:?})"),
            Self::ReplacePlaceMatches { span, .. } => write!(f, "ReplacePlaceMatches({span:?}, ..)"),
            Self::PutProcessed { name, at } => write!(f, "PutProcessed({name:?}, {at:?})"),
            // The text holds codes, tokens and keys.
            Self::PutDocument(document, _) => write!(f, "PutDocument({document:?}, ..)"),
            Self::DeleteDocument(document) => write!(f, "DeleteDocument({document:?})"),
            Self::DeleteKeysEndedBy(at) => write!(f, "DeleteKeysEndedBy({at:?})"),
            Self::DeleteKeysStartingAfter(at) => write!(f, "DeleteKeysStartingAfter({at:?})"),
            Self::DeleteSightingsBefore(at) => write!(f, "DeleteSightingsBefore({at:?})"),
            Self::DeleteSightingsAfter(at) => write!(f, "DeleteSightingsAfter({at:?})"),
            Self::DeleteMatchesEndedBefore(at) => write!(f, "DeleteMatchesEndedBefore({at:?})"),
            Self::DeleteProcessedBefore(at) => write!(f, "DeleteProcessedBefore({at:?})"),
        }
    }
}

/// What a list of changes did to the sightings.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Applied {
    /// Sightings added.
    pub stored: usize,
    /// Sightings deleted.
    pub deleted: usize,
}

/// Why a storage refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Two different keys for one interval: a fault of this program, stopped here.
    #[error("a different key of this phone starts in the same interval")]
    KeyConflict,
    /// What is stored cannot be read any more.
    #[error("the contact log is damaged: {0}")]
    Damaged(String),
    /// The storage does not work: disk full, file locked, no permission.
    #[error("the contact log cannot be used: {0}")]
    Failed(String),
}

/// Where a phone keeps its state. Single-threaded; one phone has one storage.
pub trait Storage {
    /// Applies all changes in order, or none. When it returns `Ok` they survive a kill and a power cut.
    fn apply(&mut self, changes: &[Change]) -> Result<Applied, StorageError>;

    /// Own keys, by `rolling_start`.
    fn own_keys(&self) -> Result<Vec<OwnKey>, StorageError>;

    /// When an identifier (its metadata set aside) was first heard, of the sightings still kept.
    fn first_seen(&self, identifier: &Identifier) -> Result<Option<Timestamp>, StorageError>;

    /// Sightings from `since` on, by time and identifier.
    fn sightings(&self, since: Timestamp) -> Result<Vec<StoredSighting>, StorageError>;

    /// The scans from `since` on in which anybody was heard, each once and by time: when, and seconds since the scan before.
    fn scans(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>, StorageError>;

    /// The sightings of one identifier (its metadata set aside), by time.
    fn sightings_of(&self, identifier: &Identifier) -> Result<Vec<StoredSighting>, StorageError>;

    /// Matches, by key.
    fn matches(&self) -> Result<Vec<StoredMatch>, StorageError>;

    /// Visits, in the order in which they began.
    fn visits(&self) -> Result<Vec<StoredVisit>, StorageError>;

    /// Warnings of visits, by visit and then by the case's stay.
    fn place_matches(&self) -> Result<Vec<StoredPlaceMatch>, StorageError>;

    /// Whether this export was processed.
    fn is_processed(&self, name: &str) -> Result<bool, StorageError>;

    /// A state.
    fn document(&self, document: Document) -> Result<Option<String>, StorageError>;
}

/// An identifier without its metadata: what makes two sightings the same phone. 16 or 12 bytes, 12 padded with zeros
/// (no 16-byte identifier is confused with one: the flag tells).
pub fn sighting_key(identifier: &Identifier) -> (bool, [u8; 16]) {
    match identifier {
        Identifier::Gaen { rpi, .. } => (true, *rpi.as_bytes()),
        Identifier::Bluezone2020(id) => {
            let mut bytes = [0; 16];
            bytes[..12].copy_from_slice(id.as_bytes());
            (false, bytes)
        }
    }
}
