//! What several tests need: the vector files, hex, keys to write, zips taken apart and put together.

use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportMeta, SignatureInfo, SigningKey, write_export};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use std::io::{Cursor, Read, Write};

/// A file of `vectors/`.
pub fn vectors(name: &str) -> Value {
    let path = format!("{}/../../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// The items of a list; a vector file must not silently have none.
pub fn list(value: &Value) -> &[Value] {
    let items = value.as_array().expect("a list").as_slice();
    assert!(!items.is_empty(), "an empty list checks nothing");
    items
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

pub fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

pub fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(text(value)).unwrap().try_into().expect("the right number of bytes")
}

pub fn base64(value: &Value) -> Vec<u8> {
    bluezone_protocol::api::decode_base64(text(value)).expect("base64")
}

pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// Keys of all sorts in the order of their bytes.
pub fn some_keys(count: usize, seed: u64) -> Vec<DiagnosisKey> {
    let rng = &mut rng(seed);
    let mut keys: Vec<_> = (0..count)
        .map(|_| DiagnosisKey {
            key: TemporaryExposureKey::generate(rng),
            rolling_start: IntervalNumber(144 * rng.random_range(18_000..19_000)),
            rolling_period: if rng.random() { 144 } else { rng.random_range(1..=144) },
            transmission_risk: rng.random_range(0..=8),
            report_type: ReportType::from_number(rng.random_range(0..=5)),
            days_since_onset: if rng.random() { Some(rng.random_range(-14..=14)) } else { None },
        })
        .collect();
    keys.sort_by_key(|key| *key.key.as_bytes());
    keys
}

pub fn signer(id: &str, version: &str, seed: u64) -> SigningKey {
    SigningKey::generate(SignatureInfo::new(id, version), &mut rng(seed))
}

pub fn meta() -> ExportMeta {
    ExportMeta::new(Timestamp(1_622_505_600), Timestamp(1_622_509_200), "VN")
}

pub fn export_zip(keys: &[DiagnosisKey], revised: &[DiagnosisKey], signers: &[SigningKey]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write_export(&mut out, &meta(), keys.iter(), revised.iter(), signers).unwrap();
    out.into_inner()
}

/// The entries of a zip, read by a program that is not ours.
pub fn unzip(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            (entry.name().unwrap().into_owned(), data)
        })
        .collect()
}

/// `export.bin` and `export.sig` of a zip.
pub fn unzip_export(zip: &[u8]) -> (Vec<u8>, Vec<u8>) {
    match <[_; 2]>::try_from(unzip(zip)) {
        Ok([(bin_name, bin), (sig_name, sig)]) => {
            assert_eq!((bin_name.as_str(), sig_name.as_str()), ("export.bin", "export.sig"));
            (bin, sig)
        }
        Err(entries) => panic!("{} entries", entries.len()),
    }
}

/// A zip made by a program that is not ours.
pub fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(entries, zip::CompressionMethod::Deflated)
}

pub fn zip_with(entries: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in entries {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Replaces every occurrence of `from` by the equally long `to`: makes zips that no library would write.
pub fn patch(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    let mut found = 0;
    for at in 0..=out.len() - from.len() {
        if &out[at..at + from.len()] == from {
            out[at..at + from.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0, "nothing to patch");
    out
}
