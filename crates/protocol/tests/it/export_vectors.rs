//! Export files of other programs in `vectors/gaen.json`.

use crate::support::{base64, list, number, signer, text, unzip_export, vectors};
use bluezone_protocol::api::{PublishedKey, from_json};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{
    ExportError, ExportFile, ExportHeader, ExportMeta, KeyKind, SignatureInfo, SigningKey, VerifyingKey,
    write_export,
};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Cursor;

fn info(value: &Value) -> SignatureInfo {
    SignatureInfo {
        key_version: text(&value["verification_key_version"]).to_owned(),
        key_id: text(&value["verification_key_id"]).to_owned(),
        algorithm: text(&value["signature_algorithm"]).to_owned(),
    }
}

fn header(value: &Value) -> ExportHeader {
    ExportHeader {
        start: Timestamp(number(&value["start_timestamp"])),
        end: Timestamp(number(&value["end_timestamp"])),
        region: text(&value["region"]).to_owned(),
        batch_num: number(&value["batch_num"]) as i32,
        batch_size: number(&value["batch_size"]) as i32,
        signature_infos: list(&value["signature_infos"]).iter().map(info).collect(),
    }
}

fn key(value: &Value) -> DiagnosisKey {
    DiagnosisKey {
        key: TemporaryExposureKey::from_bytes(crate::support::bytes(&value["key_data"])),
        rolling_start: IntervalNumber(number(&value["rolling_start_interval_number"]) as u32),
        rolling_period: number(&value["rolling_period"]) as u32,
        transmission_risk: number(&value["transmission_risk_level"]) as u8,
        report_type: ReportType::Unknown,
        days_since_onset: None,
    }
}

fn new_keys<R: std::io::Read + std::io::Seek>(file: &mut ExportFile<R>) -> Vec<DiagnosisKey> {
    let keys = file.keys().unwrap().map(|item| {
        let (kind, key) = item.unwrap();
        assert_eq!(kind, KeyKind::New);
        key
    });
    keys.collect()
}

fn check_signatures<R: std::io::Read + std::io::Seek>(file: &mut ExportFile<R>, expected: &Value) {
    let (expected, signatures) = (list(expected), file.signatures().unwrap());
    assert_eq!(signatures.len(), expected.len());
    for (signature, expected) in signatures.iter().zip(expected) {
        assert_eq!(signature.info, info(&expected["signature_info"]));
        assert_eq!(signature.batch_num.map(i64::from), expected["batch_num"].as_i64());
        assert_eq!(signature.batch_size.map(i64::from), expected["batch_size"].as_i64());
        assert_eq!(hex::encode(&signature.signature), text(&expected["signature_der_hex"]));
    }
}

#[test]
fn the_signed_sample_is_read_and_its_signature_holds() {
    let case = &vectors("gaen.json")["export_signed_sample"];
    let zip = base64(&case["zip_b64"]);
    assert_eq!(hex::encode(Sha256::digest(unzip_export(&zip).0)), text(&case["export_bin_sha256"]));

    let head = &case["parsed_head"];
    let mut file = ExportFile::open(Cursor::new(zip)).unwrap();
    assert_eq!(file.header().unwrap(), header(head));
    let summary = file.summary().unwrap();
    assert_eq!(hex::encode(summary.sha256), text(&case["export_bin_sha256"]));
    assert_eq!((summary.keys as i64, summary.revised), (number(&head["key_count"]), 0));

    let keys = new_keys(&mut file);
    assert_eq!(keys.len() as i64, number(&head["key_count"]));
    for (read, expected) in keys.iter().zip(list(&head["keys"])) {
        assert_eq!(*read, key(expected));
    }
    check_signatures(&mut file, &case["signatures"]);

    let trusted = SignatureInfo::new(text(&case["key_id"]), text(&case["key_version"]));
    let der = base64(&case["public_key_spki_b64"]);
    let pinned = VerifyingKey::from_der(trusted.clone(), &der).unwrap();
    assert_eq!(file.verify(std::slice::from_ref(&pinned)).unwrap(), trusted);
    // The same key pinned under another version, and another key under this one.
    let other_version = VerifyingKey::from_der(SignatureInfo::new("310", "v2"), &der).unwrap();
    assert!(matches!(file.verify(&[other_version]), Err(ExportError::Untrusted(by)) if by == "key 310 v1"));
    let other_key = signer("310", "v1", 1).verifying_key();
    assert!(matches!(file.verify(&[other_key]), Err(ExportError::BadSignature(info)) if info == trusted));
}

#[test]
fn the_two_keys_are_read_and_written_again_byte_for_byte() {
    let case = &vectors("gaen.json")["export_two_keys"];
    let zip = base64(&case["zip_b64"]);
    let bin = unzip_export(&zip).0;
    assert_eq!(hex::encode(&bin), text(&case["export_bin_hex"]));

    let parsed = &case["parsed"];
    let mut file = ExportFile::open(Cursor::new(&zip)).unwrap();
    assert_eq!(file.header().unwrap(), header(parsed));
    let keys = new_keys(&mut file);
    assert_eq!(keys, list(&parsed["keys"]).iter().map(key).collect::<Vec<_>>());
    check_signatures(&mut file, &case["signatures"]);

    // The same file as a bare export.bin.
    let mut bare = ExportFile::open(Cursor::new(&bin)).unwrap();
    assert_eq!(bare.header().unwrap(), header(parsed));
    assert_eq!(new_keys(&mut bare), keys);
    assert!(matches!(bare.verify(&[]), Err(ExportError::Unsigned)));

    let signed_by = info(&list(&parsed["signature_infos"])[0]);
    let pinned = VerifyingKey::from_pem(signed_by.clone(), text(&case["public_key_pem"])).unwrap();
    assert_eq!(case["signature_verifies"], true);
    assert_eq!(file.verify(std::slice::from_ref(&pinned)).unwrap(), signed_by);
    assert_eq!(pinned.to_pem(), text(&case["public_key_pem"]));

    // Written by us with another private key, the contents are the very same bytes.
    let ours = SigningKey::generate(signed_by, &mut crate::support::rng(2));
    let head = header(parsed);
    let mut out = Cursor::new(Vec::new());
    let meta = ExportMeta::new(head.start, head.end, head.region);
    write_export(&mut out, &meta, keys.iter(), [].iter(), &[ours]).unwrap();
    assert_eq!(unzip_export(out.get_ref()).0, bin);
}

#[test]
fn the_keys_of_a_publish_request_are_those_of_the_export_made_from_it() {
    let case = &vectors("gaen.json")["export_two_keys"];
    let published = &case["input_keys_json"]["temporaryExposureKeys"];
    for (sent, exported) in list(published).iter().zip(list(&case["parsed"]["keys"])) {
        let sent: PublishedKey = from_json(sent.to_string().as_bytes()).unwrap();
        let exported = key(exported);
        assert_eq!(sent.key, exported.key);
        assert_eq!(sent.rolling_start, exported.rolling_start);
        assert_eq!(sent.rolling_period, exported.rolling_period);
        assert_eq!(sent.transmission_risk, exported.transmission_risk);
    }
}

#[test]
fn an_identifier_heard_matches_exactly_one_of_the_110_keys() {
    let case = &vectors("gaen.json")["matching_roundtrip"];
    let heard_in = IntervalNumber(number(&case["rolling_start_interval_number_used"]) as u32);
    let heard = TemporaryExposureKey::from_bytes(crate::support::bytes(&case["tek"]))
        .identifier_key()
        .identifier(heard_in);

    let mut file = ExportFile::open(Cursor::new(base64(&case["export_bin_b64"]))).unwrap();
    let keys = new_keys(&mut file);
    assert_eq!(keys.len(), 110);
    let matches = |key: &&DiagnosisKey| {
        let mut identifiers = key.key.identifier_key().identifiers(key.rolling_start, key.rolling_period);
        identifiers.any(|(_, rpi)| rpi == heard)
    };
    assert_eq!(keys.iter().filter(matches).count(), 1);
}
