//! Key messages of every form that protobuf allows are read as a general decoder reads them, and both kinds of zip entry
//! come back as they were written.

use crate::support::{meta, signer, some_keys};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{EXPORT_MAGIC, ExportError, ExportFile, ExportWriter, KeyKind};
use proptest::prelude::*;
use prost::Message;
use std::io::Cursor;

#[derive(Clone, PartialEq, prost::Message)]
struct Key {
    #[prost(bytes = "vec", optional, tag = "1")]
    data: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "2")]
    risk: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    start: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    period: Option<i32>,
    #[prost(int32, optional, tag = "5")]
    report_type: Option<i32>,
    #[prost(sint32, optional, tag = "6")]
    onset: Option<i32>,
}

/// What the file format's description says of a key, or `None` if it cannot be used.
fn described(key: &Key) -> Option<DiagnosisKey> {
    let data: [u8; 16] = key.data.clone()?.try_into().ok()?;
    let start = u32::try_from(key.start.unwrap_or(0)).ok()?;
    let period = key.period.unwrap_or(144);
    let risk = key.risk.filter(|risk| (0..=8).contains(risk)).unwrap_or(0);
    (1..=144).contains(&period).then(|| DiagnosisKey {
        key: bluezone_protocol::gaen::TemporaryExposureKey::from_bytes(data),
        rolling_start: bluezone_protocol::time::IntervalNumber(start),
        rolling_period: period as u32,
        transmission_risk: risk as u8,
        report_type: ReportType::from_number(key.report_type.unwrap_or(0)),
        days_since_onset: key.onset.filter(|days| (-14..=14).contains(days)),
    })
}

/// A field as it stands in the message.
fn field() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![
        0u64..200,
        2_600_000u64..2_800_000,
        any::<u32>().prop_map(u64::from),
        any::<i32>().prop_map(|number| i64::from(number) as u64),
        any::<u64>(),
    ];
    let varint = (2u32..10, number).prop_map(|(field, number)| {
        let mut out = Vec::new();
        prost::encoding::encode_key(field, prost::encoding::WireType::Varint, &mut out);
        prost::encoding::encode_varint(number, &mut out);
        out
    });
    // The same small number, written longer than it needs to be.
    let long = (2u8..7, 0u8..100).prop_map(|(field, number)| vec![field << 3, number | 0x80, 0x80, 0x00]);
    let bytes = prop_oneof![4 => Just(16usize), 1 => 0usize..40].prop_flat_map(|length| {
        (prop_oneof![Just(0x0Au8), Just(0x7A)], prop::collection::vec(any::<u8>(), length))
            .prop_map(|(tag, bytes)| [&[tag, bytes.len() as u8], bytes.as_slice()].concat())
    });
    prop_oneof![4 => varint, 1 => long, 1 => bytes]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn keys_are_read_as_described(
        keys in prop::collection::vec(
            (any::<bool>(), any::<[u8; 16]>(), prop::collection::vec(field(), 0..7)), 0..200),
        usual in any::<bool>(),
    ) {
        let mut bin = EXPORT_MAGIC.to_vec();
        let mut expected = Vec::new();
        for (revised, data, fields) in &keys {
            let mut message = fields.concat();
            if usual || fields.len() % 3 != 0 {
                message = [&[0x0A, 16], data.as_slice(), &message].concat();
            }
            bin.push(if *revised { 0x42 } else { 0x3A });
            prost::encoding::encode_varint(message.len() as u64, &mut bin);
            let key = Key::decode(message.as_slice()).expect("the message is well formed");
            expected.push((if *revised { KeyKind::Revised } else { KeyKind::New }, described(&key)));
            bin.extend(message);
        }
        let mut file = ExportFile::open(Cursor::new(bin)).unwrap();
        let mut read = Vec::new();
        for (at, item) in file.keys().unwrap().enumerate() {
            match item {
                Ok((kind, key)) => read.push((kind, Some(key))),
                Err(ExportError::Key { index, .. }) => {
                    prop_assert_eq!(index, at as u64);
                    read.push((expected[at].0, None));
                }
                Err(error) => panic!("{error}"),
            }
        }
        prop_assert_eq!(read, expected);
    }
}

#[test]
fn a_stored_export_is_as_good_as_a_deflated_one() {
    let signer = [signer("452", "v1", 1)];
    let trusted = [signer[0].verifying_key()];
    let keys = some_keys(5_000, 1);
    let write = |mut writer: ExportWriter<'_, Cursor<Vec<u8>>>| {
        keys.iter().try_for_each(|key| writer.push(KeyKind::New, key)).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let deflated = write(ExportWriter::new(Cursor::new(Vec::new()), &meta(), &signer).unwrap());
    let stored = write(ExportWriter::stored(Cursor::new(Vec::new()), &meta(), &signer).unwrap());
    assert!(deflated.len() < stored.len(), "{} and {} bytes", deflated.len(), stored.len());
    // The same to a program that is not ours.
    assert_eq!(crate::support::unzip(&deflated), crate::support::unzip(&stored));
    for zip in [deflated, stored] {
        let mut file = ExportFile::open(Cursor::new(zip)).unwrap();
        let read: Result<Vec<_>, _> = file.verified_keys(&trusted).unwrap().map(|key| Ok(key?.1)).collect();
        assert_eq!(read.map_err(|error: ExportError| error.to_string()), Ok(keys.clone()));
        assert_eq!(file.summary().unwrap().keys, 5_000);
    }
}
