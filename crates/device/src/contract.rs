//! What every [`Storage`] must do: one suite, run on all of them with [`crate::storage_contract`].

mod places;

use crate::storage::{
    Applied, Change, Document, OwnKey, Publisher, Storage, StorageError, StoredMatch, StoredPlaceMatch,
    StoredSighting, StoredVisit, Strength,
};
use bluezone_codes::visit::{Ending, Stay};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::{RollingProximityIdentifier, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::place_warning::{DiseaseTag, PlaceKey, PlaceWarning, WarnedKind};
use bluezone_protocol::time::{IntervalNumber, Timestamp};

pub use places::{deletes_visits_with_their_warnings, keeps_visits, replaces_the_warnings_of_a_file};

/// Makes storages for the suite.
pub trait Harness {
    /// What is tested.
    type Storage: Storage;
    /// An empty one.
    fn fresh(&mut self) -> Self::Storage;
    /// The same one after its process was killed and started again.
    fn reopen(&mut self, storage: Self::Storage) -> Self::Storage;
}

/// Writes a `#[test]` for each rule of the contract; the expression makes a new [`Harness`].
#[macro_export]
macro_rules! storage_contract {
    ($harness:expr) => {
        $crate::storage_contract!(
            @cases $harness;
            starts_empty
            keeps_own_keys
            refuses_a_second_key_of_one_interval
            deletes_own_keys_by_time
            keeps_sightings
            keeps_the_first_of_two_sightings_at_one_time
            tells_the_two_schemes_apart
            deletes_sightings_by_time
            keeps_the_strongest_sightings_of_a_time
            keeps_matches
            keeps_visits
            deletes_visits_with_their_warnings
            replaces_the_warnings_of_a_file
            keeps_processed_names
            keeps_documents
            applies_all_changes_or_none
            keeps_extreme_values
        );
    };
    (@cases $harness:expr; $($case:ident)*) => { $(
        #[test]
        fn $case() {
            $crate::contract::$case(&mut $harness);
        }
    )* };
}

const NOON: Timestamp = Timestamp(1_640_088_000);

fn key(byte: u8, start: u32) -> OwnKey {
    OwnKey {
        key: TemporaryExposureKey::from_bytes([byte; 16]),
        rolling_start: IntervalNumber(start),
        rolling_period: 144,
        sent_until: IntervalNumber(start),
        shared: false,
    }
}

fn gaen(byte: u8, metadata: u8) -> Identifier {
    Identifier::Gaen { rpi: RollingProximityIdentifier([byte; 16]), aem: [metadata; 4] }
}

fn sighting(identifier: Identifier, time: Timestamp) -> StoredSighting {
    let strength = Strength { mean_dbm: -70, strongest_dbm: -60, packets: 7 };
    StoredSighting {
        identifier,
        time,
        seconds_since_last_scan: 240,
        strength: Some(strength),
        tx_power_dbm: Some(-12),
    }
}

fn found(byte: u8, start: u32) -> StoredMatch {
    let key = DiagnosisKey {
        key: TemporaryExposureKey::from_bytes([byte; 16]),
        rolling_start: IntervalNumber(start),
        rolling_period: 144,
        transmission_risk: 3,
        report_type: ReportType::ConfirmedClinical,
        days_since_onset: Some(-2),
    };
    StoredMatch { key, revised: false, found: NOON, publisher: Publisher::Contact }
}

fn visit(from: i64, to: i64) -> StoredVisit {
    StoredVisit {
        stay: Stay { from: NOON + from, to: NOON + to, ending: Ending::Dwell },
        code: "100085724".parse().expect("a place's code"),
        key: PlaceKey::from_bytes([7; 32]),
        name: "Chợ Thái".into(),
        vehicle: false,
    }
}

fn warned(visit: &StoredVisit, until: i64) -> StoredPlaceMatch {
    let warning = PlaceWarning {
        from: NOON,
        until: NOON + until,
        margin_s: 3600,
        kind: WarnedKind::Vehicle,
        disease: DiseaseTag::from_number(u32::MAX),
        dwell_s: 8 * 3600,
    };
    StoredPlaceMatch { visit: visit.stay.from, warning, found: NOON + 5 }
}

fn replace(span: i64, matches: &[StoredPlaceMatch]) -> Change {
    Change::ReplacePlaceMatches { span: (NOON, NOON + span), matches: matches.to_vec() }
}

fn apply(storage: &mut impl Storage, changes: &[Change]) -> Applied {
    storage.apply(changes).expect("the changes are good")
}

/// What it holds, to compare.
type Everything = (
    (Vec<OwnKey>, Vec<StoredSighting>, Vec<StoredMatch>),
    (Vec<StoredVisit>, Vec<StoredPlaceMatch>),
    Vec<Option<String>>,
);

fn everything(storage: &impl Storage) -> Everything {
    let documents = Document::ALL.map(|document| storage.document(document).expect("readable"));
    (
        (
            storage.own_keys().expect("readable"),
            storage.sightings(Timestamp(i64::MIN)).expect("readable"),
            storage.matches().expect("readable"),
        ),
        (storage.visits().expect("readable"), storage.place_matches().expect("readable")),
        documents.to_vec(),
    )
}

/// A fresh storage holds nothing.
pub fn starts_empty<H: Harness>(harness: &mut H) {
    let storage = harness.fresh();
    let ((keys, sightings, matches), (visits, warned), documents) = everything(&storage);
    assert!(keys.is_empty() && sightings.is_empty() && matches.is_empty());
    assert!(visits.is_empty() && warned.is_empty());
    assert!(documents.iter().all(Option::is_none));
    assert_eq!(storage.first_seen(&gaen(1, 0)).expect("readable"), None);
    assert!(!storage.is_processed("a.zip").expect("readable"));
}

/// Own keys come back in order, changed where they were changed, after a kill too.
pub fn keeps_own_keys<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    apply(&mut storage, &[Change::PutKey(key(2, 288)), Change::PutKey(key(1, 144))]);
    let short = OwnKey { rolling_period: 60, sent_until: IntervalNumber(300), shared: true, ..key(2, 288) };
    apply(&mut storage, &[Change::PutKey(short.clone())]);
    let storage = harness.reopen(storage);
    assert_eq!(storage.own_keys().expect("readable"), [key(1, 144), short]);
}

/// Never two keys of one period; and what came with the wrong one is not kept either.
pub fn refuses_a_second_key_of_one_interval<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    apply(&mut storage, &[Change::PutKey(key(1, 144))]);
    let wrong = [Change::PutDocument(Document::Report, "x".into()), Change::PutKey(key(2, 144))];
    assert!(matches!(storage.apply(&wrong), Err(StorageError::KeyConflict)));
    let twice = [Change::PutKey(key(3, 288)), Change::PutKey(key(4, 288))];
    assert!(matches!(storage.apply(&twice), Err(StorageError::KeyConflict)));
    let storage = harness.reopen(storage);
    assert_eq!(storage.own_keys().expect("readable"), [key(1, 144)]);
    assert_eq!(storage.document(Document::Report).expect("readable"), None);
}

/// Keys go when they ended by an interval, or start after one.
pub fn deletes_own_keys_by_time<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let keys = [key(1, 0), key(2, 144), key(3, 288), key(4, 432)];
    apply(&mut storage, &keys.clone().map(Change::PutKey));
    apply(&mut storage, &[Change::DeleteKeysEndedBy(IntervalNumber(144))]);
    assert_eq!(storage.own_keys().expect("readable"), keys[1..]);
    apply(&mut storage, &[Change::DeleteKeysStartingAfter(IntervalNumber(288))]);
    let storage = harness.reopen(storage);
    assert_eq!(storage.own_keys().expect("readable"), keys[1..3]);
}

/// Sightings come back in order, from a time on, and by identifier whatever its metadata.
pub fn keeps_sightings<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let silent = StoredSighting { strength: None, tx_power_dbm: None, ..sighting(gaen(2, 9), NOON + 300) };
    let rows = [sighting(gaen(1, 5), NOON), silent, sighting(gaen(1, 5), NOON + 600)];
    let changes = [rows[2], rows[1], rows[0]].map(Change::PutSighting);
    assert_eq!(apply(&mut storage, &changes), Applied { stored: 3, deleted: 0 });
    let storage = harness.reopen(storage);
    assert_eq!(storage.sightings(NOON).expect("readable"), rows);
    assert_eq!(storage.sightings(NOON + 1).expect("readable"), rows[1..]);
    assert_eq!(storage.sightings_of(&gaen(1, 0)).expect("readable"), [rows[0], rows[2]]);
    assert_eq!(storage.first_seen(&gaen(1, 0)).expect("readable"), Some(NOON));
    let mut storage = storage;
    apply(&mut storage, &[Change::PutSighting(sighting(gaen(7, 5), NOON + 600))]);
    let gap = rows[0].seconds_since_last_scan;
    let scans = [NOON, NOON + 300, NOON + 600].map(|time| (time, gap));
    assert_eq!(storage.scans(NOON).expect("readable"), scans, "two heard in one scan are one scan");
    assert_eq!(storage.scans(NOON + 1).expect("readable"), scans[1..]);
    assert_eq!(storage.sightings_of(&gaen(3, 0)).expect("readable"), []);
}

/// One sighting an identifier and time: recording a scan twice changes nothing.
pub fn keeps_the_first_of_two_sightings_at_one_time<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let first = sighting(gaen(1, 5), NOON);
    let second = StoredSighting { identifier: gaen(1, 6), strength: None, ..first };
    let changes = [first, second, first].map(Change::PutSighting);
    assert_eq!(apply(&mut storage, &changes).stored, 1);
    assert_eq!(apply(&mut storage, &changes).stored, 0);
    assert_eq!(storage.sightings(NOON).expect("readable"), [first]);
}

/// 12 bytes and 16 bytes that begin alike are two identifiers.
pub fn tells_the_two_schemes_apart<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let mut padded = [7; 16];
    padded[12..].fill(0);
    let original = Identifier::Bluezone2020(BluezoneId([7; 12]));
    let other = Identifier::Gaen { rpi: RollingProximityIdentifier(padded), aem: [0; 4] };
    let rows = [sighting(original, NOON), sighting(other, NOON + 60)];
    apply(&mut storage, &rows.map(Change::PutSighting));
    let storage = harness.reopen(storage);
    assert_eq!(storage.sightings(NOON).expect("readable"), rows);
    assert_eq!(storage.sightings_of(&original).expect("readable"), rows[..1]);
    assert_eq!(storage.sightings_of(&other).expect("readable"), rows[1..]);
}

/// Sightings go by time, and an identifier is forgotten with its last one.
pub fn deletes_sightings_by_time<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let rows: Vec<_> = (0..5).map(|i| sighting(gaen(i, 0), NOON + i64::from(i))).collect();
    apply(&mut storage, &rows.iter().copied().map(Change::PutSighting).collect::<Vec<_>>());
    let changes = [Change::DeleteSightingsBefore(NOON + 1), Change::DeleteSightingsAfter(NOON + 3)];
    assert_eq!(apply(&mut storage, &changes), Applied { stored: 0, deleted: 2 });
    let storage = harness.reopen(storage);
    assert_eq!(storage.sightings(NOON).expect("readable"), rows[1..4]);
    assert_eq!(storage.first_seen(&gaen(0, 0)).expect("readable"), None);
}

/// Of a time, the strongest stay; what is outside it stays whole.
pub fn keeps_the_strongest_sightings_of_a_time<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let strengths = [None, Some(-90), Some(-50), Some(-70), Some(-60), None];
    let rows: Vec<_> = (0..)
        .zip(strengths)
        .map(|(i, dbm)| StoredSighting {
            strength: dbm.map(|dbm| Strength { mean_dbm: -95, strongest_dbm: dbm, packets: 1 }),
            ..sighting(gaen(i, 0), NOON + i64::from(i))
        })
        .collect();
    apply(&mut storage, &rows.iter().copied().map(Change::PutSighting).collect::<Vec<_>>());
    let keep = |most| Change::KeepStrongest { from: NOON, until: NOON + 5, most };
    assert_eq!(apply(&mut storage, &[keep(5)]).deleted, 0);
    assert_eq!(apply(&mut storage, &[keep(2)]).deleted, 3);
    let mut storage = harness.reopen(storage);
    assert_eq!(storage.sightings(NOON).expect("readable"), [rows[2], rows[4], rows[5]]);
    assert_eq!(storage.first_seen(&gaen(0, 0)).expect("readable"), None, "forgotten with its last one");
    assert_eq!(apply(&mut storage, &[keep(0)]).deleted, 2);
    assert_eq!(storage.sightings(NOON).expect("readable"), [rows[5]]);
}

/// Matches come back by key, replaced by later ones of the same key, deleted when their period is long over.
pub fn keeps_matches<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    apply(&mut storage, &[Change::PutMatch(found(9, 144)), Change::PutMatch(found(1, 288))]);
    let mut revised = found(9, 144);
    (revised.revised, revised.key.report_type, revised.key.days_since_onset) =
        (true, ReportType::Revoked, None);
    apply(&mut storage, &[Change::PutMatch(revised.clone())]);
    let mut storage = harness.reopen(storage);
    assert_eq!(storage.matches().expect("readable"), [found(1, 288), revised.clone()]);
    let end = revised.key.end();
    apply(&mut storage, &[Change::DeleteMatchesEndedBefore(end)]);
    assert_eq!(storage.matches().expect("readable").len(), 2);
    apply(&mut storage, &[Change::DeleteMatchesEndedBefore(end + 1)]);
    assert_eq!(storage.matches().expect("readable"), [found(1, 288)]);
}

/// Names of processed exports are kept and forgotten by time.
pub fn keeps_processed_names<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let put = |name: &str, at| Change::PutProcessed { name: name.into(), at };
    apply(&mut storage, &[put("a.zip", NOON), put("b.zip", NOON + 1), put("a.zip", NOON)]);
    let mut storage = harness.reopen(storage);
    assert!(
        storage.is_processed("a.zip").expect("readable") && !storage.is_processed("A.zip").expect("readable")
    );
    apply(&mut storage, &[Change::DeleteProcessedBefore(NOON + 1)]);
    assert!(
        !storage.is_processed("a.zip").expect("readable") && storage.is_processed("b.zip").expect("readable")
    );
}

/// Each document is a text of its own.
pub fn keeps_documents<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    for document in Document::ALL {
        apply(&mut storage, &[Change::PutDocument(document, document.name().into())]);
    }
    let long = "ế\u{0}'\"".repeat(10_000);
    apply(&mut storage, &[Change::PutDocument(Document::Report, long.clone())]);
    apply(&mut storage, &[Change::DeleteDocument(Document::Clock), Change::DeleteDocument(Document::Clock)]);
    let storage = harness.reopen(storage);
    assert_eq!(storage.document(Document::Report).expect("readable"), Some(long));
    assert_eq!(storage.document(Document::Clock).expect("readable"), None);
    assert_eq!(storage.document(Document::Dummy).expect("readable").as_deref(), Some("dummy"));
}

/// A list of changes with a bad one at its end leaves everything as it was.
pub fn applies_all_changes_or_none<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let good = [
        Change::PutKey(key(1, 144)),
        Change::PutSighting(sighting(gaen(1, 1), NOON)),
        Change::PutMatch(found(1, 144)),
        Change::PutVisit(visit(0, 60)),
        replace(1, &[warned(&visit(0, 60), 9)]),
        Change::PutProcessed { name: "a.zip".into(), at: NOON },
        Change::PutDocument(Document::Clock, "1".into()),
    ];
    apply(&mut storage, &good);
    let before = everything(&storage);
    let bad = [
        Change::PutKey(key(2, 288)),
        Change::PutSighting(sighting(gaen(2, 1), NOON)),
        Change::DeleteSightingsBefore(NOON + 1),
        Change::PutMatch(found(2, 288)),
        Change::DeleteMatchesEndedBefore(NOON + 1),
        Change::PutVisit(visit(1, 60)),
        replace(1, &[]),
        Change::DeleteVisit(NOON),
        Change::PutProcessed { name: "b.zip".into(), at: NOON },
        Change::DeleteDocument(Document::Clock),
        Change::DeleteKeysEndedBy(IntervalNumber(200)),
        Change::PutKey(key(9, 288)),
    ];
    assert!(matches!(storage.apply(&bad), Err(StorageError::KeyConflict)));
    assert_eq!(everything(&storage), before);
    let mut storage = harness.reopen(storage);
    assert_eq!(everything(&storage), before);
    assert!(!storage.is_processed("b.zip").expect("readable"));
    assert_eq!(apply(&mut storage, &[]), Applied::default(), "and it goes on working");
}

/// Nothing is cut at the ends of its range.
pub fn keeps_extreme_values<H: Harness>(harness: &mut H) {
    let mut storage = harness.fresh();
    let strength = Strength { mean_dbm: i8::MIN, strongest_dbm: i8::MAX, packets: u16::MAX };
    let row = StoredSighting {
        identifier: gaen(255, 255),
        time: Timestamp(i64::MAX),
        seconds_since_last_scan: u32::MAX,
        strength: Some(strength),
        tx_power_dbm: Some(i8::MIN),
    };
    let last = OwnKey { rolling_period: u32::MAX, ..key(1, u32::MAX) };
    let mut late = found(1, u32::MAX);
    (late.key.transmission_risk, late.key.days_since_onset) = (u8::MAX, Some(i32::MIN));
    apply(
        &mut storage,
        &[Change::PutSighting(row), Change::PutKey(last.clone()), Change::PutMatch(late.clone())],
    );
    let storage = harness.reopen(storage);
    assert_eq!(storage.sightings(Timestamp(i64::MIN)).expect("readable"), [row]);
    assert_eq!(storage.own_keys().expect("readable"), [last]);
    assert_eq!(storage.matches().expect("readable"), [late]);
}
