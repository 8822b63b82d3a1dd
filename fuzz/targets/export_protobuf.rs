//! The message in export.bin, compared with a decoder that reads it all at once.
#![no_main]

use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::export::{
    EXPORT_MAGIC, ExportError, ExportFile, ExportMeta, KeyKind, SignatureInfo, SigningKey, write_export,
};
use libfuzzer_sys::fuzz_target;
use prost::Message;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::Cursor;
use std::sync::LazyLock;

#[derive(Clone, PartialEq, prost::Message)]
struct Export {
    #[prost(fixed64, optional, tag = "1")]
    start: Option<u64>,
    #[prost(fixed64, optional, tag = "2")]
    end: Option<u64>,
    #[prost(string, optional, tag = "3")]
    region: Option<String>,
    #[prost(int32, optional, tag = "4")]
    batch_num: Option<i32>,
    #[prost(int32, optional, tag = "5")]
    batch_size: Option<i32>,
    #[prost(message, repeated, tag = "6")]
    signature_infos: Vec<Info>,
    #[prost(message, repeated, tag = "7")]
    keys: Vec<Key>,
    #[prost(message, repeated, tag = "8")]
    revised_keys: Vec<Key>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Info {
    #[prost(string, optional, tag = "3")]
    version: Option<String>,
    #[prost(string, optional, tag = "4")]
    id: Option<String>,
    #[prost(string, optional, tag = "5")]
    algorithm: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Key {
    #[prost(bytes = "vec", optional, tag = "1")]
    data: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "3")]
    start: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    period: Option<i32>,
}

static SIGNER: LazyLock<[SigningKey; 1]> = LazyLock::new(|| {
    [SigningKey::generate(SignatureInfo::new("452", "v1"), &mut StdRng::seed_from_u64(1))]
});

fuzz_target!(|data: &[u8]| {
    let bin = [EXPORT_MAGIC.as_slice(), data].concat();
    let Ok(mut file) = ExportFile::open(Cursor::new(&bin)) else { return };
    let summary = file.summary().cloned();
    let mut whole = true;
    let items: Vec<_> = file.keys().expect("begins with the magic bytes").collect();
    let mut keys: Vec<(KeyKind, DiagnosisKey)> = Vec::new();
    for item in items {
        match item {
            Ok(key) => keys.push(key),
            Err(ExportError::Key { .. }) => {}
            Err(_) => whole = false,
        }
    }

    if let (Ok(summary), true, Ok(all)) = (&summary, whole, Export::decode(data)) {
        let header = &summary.header;
        assert_eq!(header.start.0, i64::try_from(all.start.unwrap_or(0)).unwrap_or(i64::MAX));
        assert_eq!(header.end.0, i64::try_from(all.end.unwrap_or(0)).unwrap_or(i64::MAX));
        assert_eq!(header.region, all.region.unwrap_or_default());
        assert_eq!(header.batch_num, all.batch_num.unwrap_or(1));
        assert_eq!(header.batch_size, all.batch_size.unwrap_or(1));
        assert_eq!(header.signature_infos.len(), all.signature_infos.len());
        assert_eq!((summary.keys, summary.revised), (all.keys.len() as u64, all.revised_keys.len() as u64));
        for (kind, expected) in [(KeyKind::New, all.keys), (KeyKind::Revised, all.revised_keys)] {
            let usable = |key: &Key| {
                key.data.as_deref().is_some_and(|data| data.len() == 16)
                    && key.start.unwrap_or(0) >= 0
                    && (1..=144).contains(&key.period.unwrap_or(144))
            };
            let expected: Vec<_> = expected.into_iter().filter(usable).collect();
            let read: Vec<_> = keys.iter().filter(|key| key.0 == kind).map(|key| &key.1).collect();
            assert_eq!(read.len(), expected.len());
            for (read, expected) in read.iter().zip(expected) {
                assert_eq!(read.key.as_bytes().as_slice(), expected.data.unwrap_or_default());
                assert_eq!(i64::from(read.rolling_start.0), i64::from(expected.start.unwrap_or(0)));
                assert_eq!(i64::from(read.rolling_period), i64::from(expected.period.unwrap_or(144)));
            }
        }
    }

    // What we read we can write, and it comes back.
    keys.sort_by_key(|(kind, key)| (*kind == KeyKind::Revised, *key.key.as_bytes()));
    let of = |wanted: KeyKind| keys.iter().filter(move |key| key.0 == wanted).map(|key| &key.1);
    let meta = summary.map_or_else(
        |_| ExportMeta::new(Default::default(), Default::default(), ""),
        |summary| ExportMeta::new(summary.header.start, summary.header.end, summary.header.region),
    );
    let mut out = Cursor::new(Vec::new());
    write_export(&mut out, &meta, of(KeyKind::New), of(KeyKind::Revised), &*SIGNER).expect("sorted keys are written");
    let mut again = ExportFile::open(out).expect("our own file");
    again.verify(&[SIGNER[0].verifying_key()]).expect("our own signature");
    let read: Result<Vec<_>, _> = again.keys().expect("our own file").collect();
    assert_eq!(read.expect("our own keys"), keys);
});
