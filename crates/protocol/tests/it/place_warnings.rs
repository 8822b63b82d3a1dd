//! Files of place warnings: round trips, the vectors of `tests/place_warnings.py`, and what hostile bytes do.

use crate::support::{export_zip, rng, signer};
use bluezone_protocol::export::{ExportFile, SignatureInfo, VerifyingKey};
use bluezone_protocol::place_warning::*;
use bluezone_protocol::time::Timestamp;
use proptest::prelude::*;
use std::io::Cursor;

const FROM: Timestamp = Timestamp(1_795_500_000);

fn warning(minutes: i64) -> PlaceWarning {
    PlaceWarning {
        from: FROM,
        until: FROM + minutes * 60,
        margin_s: 3600,
        kind: WarnedKind::Vehicle,
        disease: DiseaseTag::of("covid-19"),
        dwell_s: 8 * 3600,
    }
}

fn key(edition: u16) -> PlaceKey {
    PlaceKey::derive(123_456_789, edition, &[1, 2, 3, 4, 5])
}

fn file(entries: Vec<SealedWarning>) -> PlaceFile {
    PlaceFile { start: FROM, end: FROM + 7200, entries }
}

#[test]
fn only_who_has_the_poster_reads_a_warning() {
    let rng = &mut rng(1);
    let (here, newer) = (key(1), key(2));
    let mut entries: Vec<_> = (0..30).map(|_| SealedWarning::padding(rng)).collect();
    entries.extend([30, 31].map(|minutes| SealedWarning::seal(&here, warning(minutes), rng)));
    let signer = signer("452", "v1", 7);
    let bytes = file(entries).write(std::slice::from_ref(&signer)).unwrap();
    let read = PlaceFile::read(&bytes, &[signer.verifying_key()]).unwrap();
    let mut found: Vec<_> = read.opened_by(&here).collect();
    found.sort_by_key(|warning| warning.until);
    assert_eq!(found, [warning(30), warning(31)]);
    assert_eq!(read.opened_by(&newer).count(), 0, "another edition is another key");
    assert_eq!(read.opened_by(&PlaceKey::derive(123_456_789, 1, &[1, 2, 3, 4, 6])).count(), 0);
    assert!(read.entries.is_sorted(), "the order says nothing");
    assert!(read.is_fresh(read.end + MAX_MARGIN_S) && !read.is_fresh(read.end + MAX_MARGIN_S + 1));
    assert_eq!(format!("{:?} {here:?}", read.entries[0]), "SealedWarning(..) PlaceKey(..)");
    let name = file_name(&read, &bytes);
    assert!(is_file_name(&name), "{name}");
    for wrong in
        ["", ".bin", "index.txt", "1-2-3.bin", &name.to_uppercase(), &format!("../{name}"), &name[20..]]
    {
        assert!(!is_file_name(wrong), "{wrong}");
    }
}

/// Made by a program that shares no code with this one.
#[test]
fn the_vectors_open_as_they_were_written() {
    let vectors = include_str!("place_warnings.txt");
    let lines: std::collections::BTreeMap<_, _> =
        vectors.lines().filter_map(|line| line.split_once(' ')).collect();
    let key = PlaceKey::derive(123_456_789, 12, &[0xa1, 0xb2, 0xc3, 0xd4, 0xe5]);
    assert_eq!(hex::encode(key.as_bytes()), lines["key"]);
    assert_eq!(format!("{:08x}", DiseaseTag::of("covid-19").number()), lines["disease"]);
    let bytes = hex::decode(lines["file"]).unwrap();
    let pinned =
        VerifyingKey::from_der(SignatureInfo::new("452", "v1"), &hex::decode(lines["public"]).unwrap());
    let read = PlaceFile::read(&bytes, &[pinned.unwrap()]).unwrap();
    assert_eq!(
        (read.start, read.end, read.entries.len()),
        (Timestamp(1_795_500_000), Timestamp(1_795_507_200), 3)
    );
    let expected = PlaceWarning {
        from: Timestamp(1_795_492_800),
        until: Timestamp(1_795_492_800 + 90 * 60),
        margin_s: 3600,
        kind: WarnedKind::Vehicle,
        disease: DiseaseTag::of("covid-19"),
        dwell_s: 8 * 3600,
    };
    assert_eq!(read.opened_by(&key).collect::<Vec<_>>(), [expected]);
}

#[test]
fn times_are_rounded_outwards_and_clamped() {
    let rng = &mut rng(2);
    let through = |warning, rng: &mut _| SealedWarning::seal(&key(1), warning, rng).open(&key(1)).unwrap();
    let ragged = PlaceWarning { from: FROM + 59, until: FROM + 61, ..warning(0) };
    assert_eq!(through(ragged, rng), warning(2));
    let backwards = PlaceWarning { until: FROM - 500, margin_s: -5, ..warning(0) };
    assert_eq!(through(backwards, rng), PlaceWarning { margin_s: 0, ..warning(0) });
    let endless = PlaceWarning { until: Timestamp(i64::MAX), margin_s: i64::MAX, ..warning(0) };
    let read = through(endless, rng);
    assert_eq!((read.until - read.from, read.margin_s), (65_535 * 60, MAX_MARGIN_S));
    for (dwell_s, read) in [(0, 0), (-1, 0), (61, 120), (i64::MAX, 65_535 * 60)] {
        assert_eq!(through(PlaceWarning { dwell_s, ..warning(0) }, rng).dwell_s, read, "{dwell_s}");
    }
    let old = PlaceWarning { from: Timestamp(i64::MIN), until: Timestamp(i64::MIN), ..warning(0) };
    assert_eq!(through(old, rng).from, Timestamp(0));
}

#[test]
fn a_file_that_nobody_pinned_or_somebody_changed_is_refused() {
    let rng = &mut rng(3);
    let (ours, others) = (signer("452", "v1", 7), signer("452", "v2", 8));
    let impostor = signer("452", "v1", 9);
    let file = file(vec![SealedWarning::seal(&key(1), warning(30), rng)]);
    let pinned = [ours.verifying_key()];
    assert_eq!(file.write(&[]), Err(PlaceFileError::NoSigner));
    let read = |signers: &[_]| PlaceFile::read(&file.write(signers).unwrap(), &pinned);
    assert_eq!(read(std::slice::from_ref(&others)), Err(PlaceFileError::Untrusted));
    assert!(matches!(read(std::slice::from_ref(&impostor)), Err(PlaceFileError::BadSignature(_))));
    assert!(read(&[others, ours.clone()]).is_ok(), "at a rotation the old and the new one sign");
    assert!(matches!(read(&[ours.clone(), impostor]), Err(PlaceFileError::BadSignature(_))));
    let good = file.write(std::slice::from_ref(&ours)).unwrap();
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(PlaceFile::read(&changed, &pinned).is_err(), "byte {at}");
        assert!(PlaceFile::read(&good[..at], &pinned).is_err(), "cut at {at}");
    }
    assert!(PlaceFile::read(&[good.as_slice(), &[0]].concat(), &pinned).is_err());
    // A signed export is none, and the reverse: the signatures are over other beginnings.
    let export = export_zip(&[], &[], &[ours]);
    assert_eq!(PlaceFile::read(&export, &pinned), Err(PlaceFileError::Magic));
    assert!(ExportFile::open(Cursor::new(good)).is_err());
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..400), magic in any::<bool>()) {
        if magic && bytes.len() > 36 {
            let count = bytes[36] % 8;
            bytes[..16].copy_from_slice(MAGIC);
            bytes[32..36].copy_from_slice(&[0, 0, 0, count]);
        }
        prop_assert!(PlaceFile::read(&bytes, &[signer("452", "v1", 7).verifying_key()]).is_err());
    }

    #[test]
    fn what_is_sealed_opens(from in 0_i64..70_000_000, minutes in 0_i64..65_000, margin in 0_i64..360, seed in any::<u64>()) {
        let warning = PlaceWarning {
            from: Timestamp(from * 60),
            until: Timestamp((from + minutes) * 60),
            margin_s: margin * 60,
            kind: WarnedKind::Place,
            disease: DiseaseTag::from_number(7),
            dwell_s: margin * 60,
        };
        let key = PlaceKey::from_bytes([9; 32]);
        let sealed = SealedWarning::seal(&key, warning, &mut rng(seed));
        prop_assert_eq!(sealed.open(&key), Some(warning));
        prop_assert_eq!(sealed.open(&PlaceKey::from_bytes([8; 32])), None);
    }
}
