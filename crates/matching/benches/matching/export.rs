//! An export of 750,000 keys, the largest known: read and verified beside unzipped alone, written and signed beside
//! deflated alone.

use crate::support::{Cpu, Figures, keys};
use bluezone_protocol::export::{ExportFile, ExportMeta, ExportWriter, KeyKind, SignatureInfo, SigningKey};
use bluezone_protocol::time::Timestamp;
use criterion::{Criterion, Throughput};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::{Cursor, Read, Write};

const KEYS: usize = 750_000;
const GROUP: &str = "export";

pub fn bench(criterion: &mut Criterion<Cpu>, figures: &mut Figures) {
    let mut keys = keys(KEYS, 14);
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    let signer = [SigningKey::generate(SignatureInfo::new("452", "v1"), &mut StdRng::seed_from_u64(3))];
    let trusted = [signer[0].verifying_key()];
    let meta = ExportMeta::new(Timestamp(1_622_505_600), Timestamp(1_622_509_200), "VN");
    let write = |stored: bool| {
        let out = Cursor::new(Vec::new());
        let start = if stored { ExportWriter::stored } else { ExportWriter::new };
        let mut writer = start(out, &meta, &signer).expect("memory can be written");
        for key in &keys {
            writer.push(KeyKind::New, key).expect("the keys are sorted");
        }
        writer.finish().expect("memory can be written").into_inner()
    };
    let read = |zip: &[u8]| {
        let mut file = ExportFile::open(Cursor::new(zip)).expect("our own file");
        let keys = file.verified_keys(&trusted).expect("our own file");
        assert_eq!(keys.filter(Result::is_ok).count(), KEYS);
    };
    let (deflated, stored) = (write(false), write(true));
    let bin = unzip(&deflated);
    println!(
        "export.bin {} bytes, zip {} bytes deflated, {} stored",
        bin.len(),
        deflated.len(),
        stored.len()
    );

    let mut group = criterion.benchmark_group(GROUP);
    group.sample_size(10).throughput(Throughput::Elements(KEYS as u64));
    let mut measure =
        |name: &str, pass: &mut dyn FnMut()| figures.measure((GROUP, &mut group), name, KEYS, pass);
    measure("unzip alone", &mut || assert_eq!(unzip(&deflated).len(), bin.len()));
    measure("read and verify", &mut || read(&deflated));
    measure("read and verify, stored", &mut || read(&stored));
    measure("deflate alone", &mut || assert!(deflate(&bin).len() < bin.len()));
    measure("write and sign", &mut || assert_eq!(write(false).len(), deflated.len()));
    measure("write and sign, stored", &mut || assert_eq!(write(true).len(), stored.len()));
    group.finish();
}

/// By the `zip` crate, with its checksum.
fn unzip(zip: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).expect("a zip");
    let mut entry = archive.by_name("export.bin").expect("an export");
    let mut bytes = Vec::with_capacity(usize::try_from(entry.size()).expect("it fits the memory"));
    entry.read_to_end(&mut bytes).expect("a whole zip");
    bytes
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

pub fn table(figures: &Figures) {
    println!("\n750,000 keys                     ms   beside");
    for (name, rate) in figures.named(GROUP) {
        let alone = if name.starts_with("read") { "unzip alone" } else { "deflate alone" };
        let times = figures.per_second(alone).map_or(0.0, |alone| alone / rate);
        println!("{name:24} {:10.0}   {times:.2} x {alone}", 1e3 * KEYS as f64 / rate);
    }
}
