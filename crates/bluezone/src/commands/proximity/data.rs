//! Labelled recordings: who was how near to whom, and what their phones heard.

use super::Recordings;
use anyhow::{Context as _, bail, ensure};
use bluezone_proximity::{Encounter, Heard, Listening};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// Minutes within 2 m that make a contact.
pub const CONTACT_MIN: f64 = 15.0;

/// Sightings this close together (seconds) are of one scan.
const SAME_SCAN_S: i64 = 25;

/// What a controller can measure; it reports 127 where it could not.
const MEASURABLE_DBM: std::ops::RangeInclusive<f64> = -127.0..=20.0;

/// The first scan of a log stands for no more than this, seconds: the mean period of Exposure Notification scans.
const MOST_BEFORE_FIRST_S: u32 = 240;

/// One row of the scans: one phone heard another in one scan.
#[derive(Deserialize)]
struct ScanRow {
    #[serde(default)]
    scen: String,
    test: String,
    rx: String,
    tx: String,
    t: f64,
    rssi: String,
    txp: f64,
    #[serde(default)]
    off: Option<f64>,
    #[serde(default)]
    rx_model: String,
    #[serde(default)]
    tx_model: String,
}

/// One row of the pairs.
#[derive(Deserialize)]
struct PairRow {
    #[serde(default)]
    scen: String,
    test: String,
    rx: String,
    tx: String,
    min2: f64,
    #[serde(default)]
    rx_sit: String,
    #[serde(default)]
    tx_sit: String,
}

/// A directed pair of phones of one test.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Scene: tests of one scene share people and places.
    pub scene: String,
    /// Test: the cluster of the bootstrap.
    pub test: String,
    /// Models of receiver and transmitter; empty if unknown.
    pub models: [String; 2],
    /// How receiver and transmitter were carried; empty if unknown. A label, never an input.
    pub carriage: [String; 2],
    /// What the receiver heard.
    pub own: Encounter,
    /// Index of the pair in the other direction, if the transmitter logged anything.
    pub other: Option<usize>,
    /// Whether it was a contact.
    pub contact: bool,
}

/// All recordings.
pub struct Data {
    /// Pairs whose receiver logged something and whose transmitter was heard by somebody in that test.
    pub pairs: Vec<Pair>,
    /// SHA-256 of the two files, hex.
    pub sha256: [String; 2],
}

type Phone = (String, String);

/// Reads both files.
pub fn read(recordings: &Recordings) -> anyhow::Result<Data> {
    let (scans, scans_sha) = rows::<ScanRow>(&recordings.scans)?;
    let (pairs, pairs_sha) = rows::<PairRow>(&recordings.pairs)?;
    let mut heard: HashMap<(Phone, String), (Vec<Heard>, f64)> = HashMap::new();
    let mut times: HashMap<Phone, BTreeSet<i64>> = HashMap::new();
    let mut models: HashMap<Phone, String> = HashMap::new();
    let mut scenes: BTreeMap<String, String> = BTreeMap::new();
    for (line, row) in scans.into_iter().enumerate() {
        let offset = if recordings.apply_offset { row.off.unwrap_or(0.0) } else { 0.0 };
        let place = || format!("{}: row {}", recordings.scans.display(), line + 2);
        let Some(sighting) = sighting(&row, offset).with_context(place)? else { continue };
        let (rx, tx) = ((row.test.clone(), row.rx), (row.test.clone(), row.tx));
        times.entry(rx.clone()).or_default().insert(sighting.time_s);
        models.insert(rx.clone(), row.rx_model);
        models.insert(tx.clone(), row.tx_model);
        scenes.insert(row.test, row.scen);
        heard.entry((rx, tx.1)).or_insert_with(|| (Vec::new(), row.txp)).0.push(sighting);
    }
    let transmitters: BTreeSet<Phone> = heard.keys().map(|(rx, tx)| (rx.0.clone(), tx.clone())).collect();
    let listening: HashMap<&Phone, Vec<Listening>> =
        times.iter().map(|(phone, times)| (phone, scans_of(times))).collect();
    let encounter = |rx: &Phone, tx: &Phone| {
        let listening = listening.get(rx)?;
        let (heard, txp) = heard.get(&(rx.clone(), tx.1.clone())).map_or((&[][..], 0.0), |(h, p)| (h, *p));
        #[expect(clippy::cast_possible_truncation, reason = "clamped")]
        Some(Encounter::new(listening, heard, txp.round().clamp(-127.0, 127.0) as i8))
    };
    let mut all: Vec<Pair> = Vec::new();
    let (mut places, mut others) = (HashMap::new(), Vec::new());
    for (line, row) in pairs.into_iter().enumerate() {
        let known = row.min2.is_finite();
        ensure!(known, "{}: row {}: min2 is not a number of minutes", recordings.pairs.display(), line + 2);
        let (rx, tx) = ((row.test.clone(), row.rx), (row.test.clone(), row.tx));
        let (true, Some(own)) = (transmitters.contains(&tx), encounter(&rx, &tx)) else { continue };
        let scene =
            if row.scen.is_empty() { scenes.get(&row.test).cloned().unwrap_or_default() } else { row.scen };
        let model = |phone: &Phone| models.get(phone).cloned().unwrap_or_default();
        let models = [model(&rx), model(&tx)];
        places.insert((rx.clone(), tx.1.clone()), all.len());
        others.push((tx, rx.1));
        all.push(Pair {
            scene,
            test: row.test,
            models,
            carriage: [row.rx_sit, row.tx_sit],
            own,
            other: None,
            contact: row.min2 >= CONTACT_MIN,
        });
    }
    for (pair, other) in all.iter_mut().zip(others) {
        pair.other = places.get(&other).copied();
    }
    ensure!(
        !all.is_empty(),
        "no receiver and no sender of {} is in {}: are tests and phones called the same there?",
        recordings.pairs.display(),
        recordings.scans.display()
    );
    let contacts = all.iter().filter(|pair| pair.contact).count();
    ensure!(
        contacts > 0 && contacts < all.len(),
        "the pairs hold {contacts} contacts of {}: nothing to measure",
        all.len()
    );
    Ok(Data { pairs: all, sha256: [scans_sha, pairs_sha] })
}

fn rows<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<(Vec<T>, String)> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let rows =
        reader.deserialize().collect::<Result<Vec<T>, _>>().with_context(|| path.display().to_string())?;
    ensure!(!rows.is_empty(), "{}: no rows below the names of the columns", path.display());
    Ok((rows, hex::encode(Sha256::digest(&bytes))))
}

/// `None`: no packet whose strength was measured.
fn sighting(row: &ScanRow, offset_db: f64) -> anyhow::Result<Option<Heard>> {
    ensure!(row.t.is_finite() && row.t.abs() < 1e12, "t is not a time in seconds");
    ensure!((-127.0..=127.0).contains(&row.txp), "txp is not a transmit power in dBm");
    let mut strengths = Vec::new();
    for word in row.rssi.split_whitespace() {
        match word.parse::<f64>() {
            Ok(rssi) if MEASURABLE_DBM.contains(&rssi) => strengths.push(rssi + offset_db),
            Ok(rssi) if rssi.is_finite() => {}
            _ => bail!("rssi {word:?} is not a strength in dBm"),
        }
    }
    if strengths.is_empty() {
        return Ok(None);
    }
    let mean = strengths.iter().sum::<f64>() / strengths.len() as f64;
    let strongest = strengths.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let time_s = row.t.round() as i64;
    let packets = u16::try_from(strengths.len()).unwrap_or(u16::MAX);
    Ok(Some(Heard { time_s, mean_db: row.txp - mean, min_db: row.txp - strongest, packets }))
}

/// When a phone listened, as far as its log tells: the times at which it heard anybody.
///
/// How long it had waited before the first of them is not in the log: as long as usual, but four minutes at the most, so that
/// a phone that scans all the time does not get minutes for nothing.
fn scans_of(times: &BTreeSet<i64>) -> Vec<Listening> {
    let mut scans: Vec<Listening> = Vec::new();
    for &time_s in times {
        let last = scans.last().map(|scan| time_s - scan.time_s);
        if last.is_none_or(|gap| gap > SAME_SCAN_S) {
            let seconds_since_last = last.map(|gap| u32::try_from(gap).unwrap_or(u32::MAX));
            scans.push(Listening { time_s, seconds_since_last });
        }
    }
    let mut gaps: Vec<u32> = scans.iter().filter_map(|scan| scan.seconds_since_last).collect();
    gaps.sort_unstable();
    if let (Some(first), Some(&usual)) = (scans.first_mut(), gaps.get(gaps.len() / 2)) {
        first.seconds_since_last = Some(usual.min(MOST_BEFORE_FIRST_S));
    }
    scans
}
