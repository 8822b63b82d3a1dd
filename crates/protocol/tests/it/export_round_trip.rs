//! What we write comes back: all fields, several signers, the same bytes each time, files of other writers.

use crate::support::{export_zip, meta, signer, some_keys, unzip_export, zip_of, zip_with};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{
    EXPORT_MAGIC, ExportError, ExportFile, ExportWriter, KeyKind, KeyProblem, PemError, SignatureInfo,
    SigningKey, VerifyingKey, write_export,
};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use proptest::prelude::*;
use std::io::Cursor;

type Item = Result<(KeyKind, DiagnosisKey), ExportError>;

fn read(zip: &[u8]) -> Vec<(KeyKind, DiagnosisKey)> {
    ExportFile::open(Cursor::new(zip)).unwrap().keys().unwrap().map(Item::unwrap).collect()
}

fn any_key() -> impl Strategy<Value = DiagnosisKey> {
    (any::<[u8; 16]>(), 0..=i32::MAX as u32, 1u32..=144, 0u8..=8, 0i32..=5, prop::option::of(-14i32..=14))
        .prop_map(|(key, start, rolling_period, transmission_risk, report_type, days_since_onset)| {
            DiagnosisKey {
                key: TemporaryExposureKey::from_bytes(key),
                rolling_start: IntervalNumber(start),
                rolling_period,
                transmission_risk,
                report_type: ReportType::from_number(report_type),
                days_since_onset,
            }
        })
}

fn sorted_keys() -> impl Strategy<Value = Vec<DiagnosisKey>> {
    prop::collection::vec(any_key(), 0..40).prop_map(|mut keys| {
        keys.sort_by_key(|key| *key.key.as_bytes());
        keys
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_keys_come_back(new in sorted_keys(), revised in sorted_keys(), region in "[A-Z]{0,8}", start in 0i64.., end in 0i64..) {
        let signers = [signer("452", "v1", 1)];
        let mut meta = meta();
        (meta.start, meta.end, meta.region) = (Timestamp(start), Timestamp(end), region);
        let mut out = Cursor::new(Vec::new());
        write_export(&mut out, &meta, new.iter(), revised.iter(), &signers).unwrap();

        let mut file = ExportFile::open(out).unwrap();
        prop_assert_eq!(&file.verify(&[signers[0].verifying_key()]).unwrap(), signers[0].info());
        let header = file.header().unwrap();
        prop_assert_eq!((header.start, header.end, header.region), (meta.start, meta.end, meta.region));
        let summary = file.summary().unwrap();
        prop_assert_eq!((summary.keys as usize, summary.revised as usize), (new.len(), revised.len()));
        let read: Vec<_> = file.keys().unwrap().map(Item::unwrap).collect();
        let new = new.into_iter().map(|key| (KeyKind::New, key));
        let written: Vec<_> = new.chain(revised.into_iter().map(|key| (KeyKind::Revised, key))).collect();
        prop_assert_eq!(read, written);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (keys, revised) = (some_keys(200, 1), some_keys(10, 2));
    let signers = [signer("452", "v2", 3), signer("452", "v1", 4)];
    let zip = export_zip(&keys, &revised, &signers);
    assert_eq!(zip, export_zip(&keys, &revised, &signers));
    // Key by key, as a server pages through its database.
    let mut writer = ExportWriter::new(Cursor::new(Vec::new()), &meta(), &signers).unwrap();
    for (kind, keys) in [(KeyKind::New, &keys), (KeyKind::Revised, &revised)] {
        for key in keys {
            writer.push(kind, key).unwrap();
        }
    }
    assert_eq!(writer.finish().unwrap().into_inner(), zip);
}

#[test]
fn either_of_two_signers_is_enough_for_a_phone() {
    let (new, old) = (signer("452", "v2", 1), signer("452", "v1", 2));
    let zip = export_zip(&some_keys(3, 3), &[], &[new.clone(), old.clone()]);
    let mut file = ExportFile::open(Cursor::new(&zip)).unwrap();
    assert_eq!(file.header().unwrap().signature_infos, [new.info().clone(), old.info().clone()]);
    assert_eq!(file.verify(&[old.verifying_key()]).unwrap(), *old.info());
    assert_eq!(file.verify(&[old.verifying_key(), new.verifying_key()]).unwrap(), *new.info());

    let stranger = signer("452", "v3", 3).verifying_key();
    let by = "key 452 v2, key 452 v1";
    assert!(
        matches!(file.verify(std::slice::from_ref(&stranger)), Err(ExportError::Untrusted(who)) if who == by)
    );
    assert!(matches!(file.verify(&[]), Err(ExportError::Untrusted(_))));
    // By the key alone, whatever it is called.
    let nameless = VerifyingKey::from_pem(SignatureInfo::new("", ""), &old.verifying_key().to_pem()).unwrap();
    assert_eq!(file.verify_with(&nameless).unwrap(), *old.info());
    assert!(matches!(file.verify_with(&stranger), Err(ExportError::NoSignatureFits(who)) if who == by));
}

#[test]
fn keys_in_no_order_and_exports_without_signer_are_not_written() {
    let mut keys = some_keys(2, 1);
    keys.reverse();
    let signers = [signer("452", "v1", 1)];
    let write = |new: &[DiagnosisKey], revised: &[DiagnosisKey], signers: &[SigningKey]| {
        write_export(Cursor::new(Vec::new()), &meta(), new.iter(), revised.iter(), signers)
    };
    assert!(matches!(write(&keys, &[], &signers), Err(ExportError::Unsorted)));
    assert!(matches!(write(&[], &keys, &signers), Err(ExportError::Unsorted)));
    assert!(matches!(write(&[], &[], &[]), Err(ExportError::NoSigner)));
    // Each kind has its own order.
    write(&keys[..1], &keys[1..], &signers).unwrap();
    let mut writer = ExportWriter::new(Cursor::new(Vec::new()), &meta(), &signers).unwrap();
    writer.push(KeyKind::Revised, &keys[1]).unwrap();
    assert!(matches!(writer.push(KeyKind::New, &keys[0]), Err(ExportError::Unsorted)));
}

#[test]
fn an_export_without_keys_is_an_export() {
    let signer = signer("452", "v1", 1);
    let zip = export_zip(&[], &[], std::slice::from_ref(&signer));
    ExportFile::open(Cursor::new(&zip)).unwrap().verify(&[signer.verifying_key()]).unwrap();
    assert_eq!(read(&zip), []);
}

#[test]
fn zips_of_other_writers_are_read() {
    let keys = some_keys(5, 1);
    let signer = signer("452", "v1", 1);
    let ours = export_zip(&keys, &[], std::slice::from_ref(&signer));
    let (bin, sig) = unzip_export(&ours);
    let (bin, sig) = (("export.bin", bin.as_slice()), ("export.sig", sig.as_slice()));
    let mut commented = ours.clone();
    let at = commented.len() - 2;
    commented[at..].copy_from_slice(&5u16.to_le_bytes());
    commented.extend(b"hello");
    for zip in [
        zip_of(&[bin, sig]),
        zip_of(&[sig, bin]),
        zip_with(&[bin, sig], zip::CompressionMethod::Stored),
        commented,
    ] {
        let mut file = ExportFile::open(Cursor::new(&zip)).unwrap();
        file.verify(&[signer.verifying_key()]).unwrap();
        assert_eq!(read(&zip).into_iter().map(|(_, key)| key).collect::<Vec<_>>(), keys);
    }
}

/// A message put together by hand.
#[derive(Default)]
struct Proto(Vec<u8>);

impl Proto {
    fn raw(mut self, hex_text: &str) -> Self {
        self.0.extend(hex::decode(hex_text.replace(' ', "")).unwrap());
        self
    }
    fn message(mut self, tag: u8, body: Proto) -> Self {
        self.0.extend([tag << 3 | 2, u8::try_from(body.0.len()).unwrap()]);
        self.0.extend(body.0);
        self
    }
    fn open(self) -> ExportFile<Cursor<Vec<u8>>> {
        ExportFile::open(Cursor::new([EXPORT_MAGIC.as_slice(), &self.0].concat())).unwrap()
    }
}

const KEY_DATA: &str = "0a10 000102030405060708090a0b0c0d0e0f";

#[test]
fn absent_fields_take_the_defaults_of_the_schema() {
    let mut file = Proto::default().message(7, Proto::default().raw(KEY_DATA)).open();
    let header = file.header().unwrap();
    assert_eq!((header.start, header.end, header.region.as_str()), (Timestamp(0), Timestamp(0), ""));
    assert_eq!((header.batch_num, header.batch_size, header.signature_infos.len()), (1, 1, 0));
    let keys: Vec<_> = file.keys().unwrap().map(Item::unwrap).collect();
    let expected = DiagnosisKey {
        key: TemporaryExposureKey::from_bytes(std::array::from_fn(|i| i as u8)),
        rolling_start: IntervalNumber(0),
        rolling_period: 144,
        transmission_risk: 0,
        report_type: ReportType::Unknown,
        days_since_onset: None,
    };
    assert_eq!(keys, [(KeyKind::New, expected)]);
    assert_eq!(Proto::default().open().keys().unwrap().count(), 0);
}

#[test]
fn unknown_fields_of_every_type_are_passed_over_and_order_does_not_matter() {
    // Field 15 as varint, 64 bits, bytes, group (with a group and a text inside), 32 bits; field 1000.
    let unknown = "78 ffffffffffffffffff01  79 0102030405060708  7a 03 616263  7b 08 01 7b 7a 01 61 7c 7c  7d 01020304  c23e 01 00";
    let key = || Proto::default().raw("4005").raw(unknown).raw(KEY_DATA).raw("4003");
    let mut file = Proto::default()
        .message(8, key())
        .raw(unknown)
        .message(7, key())
        .raw("1a 02 564e 20 02 28 03")
        .raw("09 0500000000000000")
        // Known fields with another type than theirs are unknown too.
        .raw("3801 0a 00 22 01 07")
        .raw("11 0600000000000000")
        .open();
    let header = file.header().unwrap();
    assert_eq!((header.start, header.end, header.region.as_str()), (Timestamp(5), Timestamp(6), "VN"));
    assert_eq!((header.batch_num, header.batch_size), (2, 3));
    let kinds: Vec<_> = file.keys().unwrap().map(|item| item.unwrap().0).collect();
    assert_eq!(kinds, [KeyKind::Revised, KeyKind::New]);
}

#[test]
fn values_beyond_what_we_know_are_dropped_where_they_only_refine() {
    // Risk 9, report type 77, onset 15 days.
    let mut file = Proto::default().message(7, Proto::default().raw(KEY_DATA).raw("1009 284d 301e")).open();
    let (_, key) = file.keys().unwrap().next().unwrap().unwrap();
    assert_eq!(
        (key.transmission_risk, key.report_type, key.days_since_onset),
        (0, ReportType::Unknown, None)
    );
    // Risk -1 (ten bytes on the wire), onset -14.
    let mut file =
        Proto::default().message(7, Proto::default().raw(KEY_DATA).raw("10ffffffffffffffffff01 301b")).open();
    let (_, key) = file.keys().unwrap().next().unwrap().unwrap();
    assert_eq!((key.transmission_risk, key.days_since_onset), (0, Some(-14)));
}

#[test]
fn an_unusable_key_is_named_and_the_next_is_read() {
    let bad = |extra: &str| Proto::default().raw(KEY_DATA).raw(extra);
    let mut file = Proto::default()
        .message(7, Proto::default().raw("0a03 010203"))
        .message(7, bad("2000"))
        .message(7, bad("209101"))
        .message(7, bad("20ffffffffffffffffff01"))
        .message(7, bad("18ffffffffffffffffff01"))
        .message(8, Proto::default())
        .message(7, bad("208f01"))
        .open();
    let items: Vec<_> = file.keys().unwrap().collect();
    let problems: Vec<_> = items[..6]
        .iter()
        .map(|item| match item {
            Err(ExportError::Key { index, problem }) => (*index, *problem),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        KeyProblem::Length(3),
        KeyProblem::Period(0),
        KeyProblem::Period(145),
        KeyProblem::Period(-1),
        KeyProblem::Start,
        KeyProblem::Length(0),
    ];
    assert_eq!(problems, (0..).zip(expected).collect::<Vec<_>>());
    assert_eq!(items[6].as_ref().unwrap().1.rolling_period, 143);
    assert_eq!(items.len(), 7);
}

#[test]
fn signing_keys_come_back_from_pem_and_stay_hidden_in_debug() {
    let key = signer("452", "v1", 9);
    let again = SigningKey::from_pem(key.info().clone(), &key.to_pem()).unwrap();
    assert_eq!(again.verifying_key(), key.verifying_key());
    let public = VerifyingKey::from_pem(key.info().clone(), &key.verifying_key().to_pem()).unwrap();
    assert_eq!(public, key.verifying_key());
    assert_eq!(format!("{key:?}"), "SigningKey(key 452 v1, ..)");
    let info = || SignatureInfo::new("452", "v1");
    assert_eq!(SigningKey::from_pem(info(), &public.to_pem()).unwrap_err(), PemError::Private);
    assert_eq!(VerifyingKey::from_pem(info(), &key.to_pem()).unwrap_err(), PemError::Public);
    assert_eq!(VerifyingKey::from_pem(info(), "").unwrap_err(), PemError::Public);
}
