//! Every path of the processor gives what the specification's vectors and the other paths give.

use crate::support::{DAY, slowly, vectors};
use bluezone_matching::parts::{Aes, BATCH, Deriver, Filter, LANES, Sha};
use bluezone_matching::{Matcher, SightingIndex};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::{RollingProximityIdentifier, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

fn bytes(value: &serde_json::Value) -> [u8; 16] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

#[test]
fn the_portable_path_is_always_there() {
    assert_eq!((Sha::available()[0], Aes::available()[0]), (Sha::Portable, Aes::Portable));
}

#[test]
fn all_vectors_by_every_path() {
    let crypto = &vectors("gaen.json")["crypto_v1_2"];
    let advertised = crypto["advertised"].as_array().unwrap();
    let expected: Vec<_> = advertised.iter().map(|one| bytes(&one["rpi"])).collect();
    let numbers: Vec<_> =
        advertised.iter().map(|one| one["en_interval_number"].as_u64().unwrap() as u32).collect();
    assert_eq!(numbers.len(), 144);
    for sha in Sha::available() {
        let mut keys = [bytes(&crypto["tek"])];
        Deriver::new(sha).identifier_keys(&mut keys);
        assert_eq!(keys[0], bytes(&crypto["rpik"]), "{sha:?}");
    }
    for aes in Aes::available() {
        let filter = Filter::new(expected.iter());
        let mut passed = Vec::new();
        let intervals = numbers.as_chunks::<LANES>().0;
        aes.identifiers(&[bytes(&crypto["rpik"])], &[intervals], &filter, |key, at, identifier| {
            assert_eq!(key, 0);
            passed.push((at, *identifier));
        });
        assert_eq!(passed, expected.iter().copied().enumerate().collect::<Vec<_>>(), "{aes:?}");
    }
}

#[test]
fn identifier_keys_of_any_number_of_keys() {
    let mut rng = StdRng::seed_from_u64(1);
    for sha in Sha::available() {
        let mut deriver = Deriver::new(sha);
        for count in 0..=BATCH {
            let keys: Vec<[u8; 16]> = (0..count).map(|_| rng.random()).collect();
            let expected: Vec<_> = keys
                .iter()
                .map(|key| *TemporaryExposureKey::from_bytes(*key).identifier_key().as_bytes())
                .collect();
            let mut derived = keys.clone();
            deriver.identifier_keys(&mut derived);
            assert_eq!(derived, expected, "{sha:?}, {count} keys");
        }
    }
}

/// Lists of intervals of different lengths, keys up to a group's end and beyond: nothing is mixed up.
#[test]
fn identifiers_of_any_number_of_keys_and_intervals() {
    let mut rng = StdRng::seed_from_u64(2);
    for count in [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, BATCH] {
        let keys: Vec<[u8; 16]> = (0..count).map(|_| rng.random()).collect();
        let intervals: Vec<Vec<[u32; LANES]>> =
            keys.iter().map(|_| (0..rng.random_range(0..5)).map(|_| rng.random()).collect()).collect();
        let intervals: Vec<&[[u32; LANES]]> = intervals.iter().map(Vec::as_slice).collect();
        let all = |aes: Aes, filter: &Filter| {
            let mut passed = Vec::new();
            aes.identifiers(&keys, &intervals, filter, |key, at, identifier| {
                passed.push((key, at, *identifier))
            });
            passed
        };
        // A filter of everything lets everything pass.
        let expected: Vec<(usize, usize, [u8; 16])> = (0..count)
            .flat_map(|key| {
                let cipher = bluezone_protocol::gaen::RollingProximityIdentifierKey::from_bytes(keys[key]);
                let numbers = intervals[key].as_flattened().iter().enumerate();
                numbers.map(move |(at, number)| {
                    (key, at, cipher.identifier(bluezone_protocol::time::IntervalNumber(*number)).0)
                })
            })
            .collect();
        let identifiers: Vec<_> = expected.iter().map(|(.., identifier)| *identifier).collect();
        let everything = Filter::new(identifiers.iter());
        // And one of other identifiers only what it cannot tell from them: the same by every path.
        let others: Vec<[u8; 16]> = (0..200).map(|_| rng.random()).collect();
        let others = Filter::new(others.iter());
        for aes in Aes::available() {
            assert_eq!(all(aes, &everything), expected, "{aes:?}, {count} keys");
            assert_eq!(all(aes, &others), all(Aes::Portable, &others), "{aes:?}, {count} keys");
        }
    }
}

#[test]
fn every_pair_of_paths_finds_the_same_among_many() {
    let mut rng = StdRng::seed_from_u64(3);
    let keys: Vec<_> = (0..300)
        .map(|_| DiagnosisKey {
            key: TemporaryExposureKey::generate(&mut rng),
            rolling_start: DAY + rng.random_range(0..2000),
            rolling_period: rng.random_range(1..=144),
            transmission_risk: 0,
            report_type: ReportType::ConfirmedTest,
            days_since_onset: None,
        })
        .collect();
    let mut sightings: Vec<_> = (0..5_000)
        .map(|_| (Identifier::Gaen { rpi: RollingProximityIdentifier(rng.random()), aem: [0; 4] }, None))
        .collect();
    for key in keys.iter().step_by(7) {
        let interval = key.rolling_start + rng.random_range(0..key.rolling_period);
        let rpi = key.key.identifier_key().identifier(interval);
        let at = rng.random_range(0..sightings.len());
        sightings[at] = (Identifier::Gaen { rpi, aem: [0; 4] }, None);
    }
    let expected = slowly(&keys, &sightings, 0);
    assert!(expected.len() > 35, "{} keys heard", expected.len());
    let index = SightingIndex::without_times(sightings.iter().map(|(identifier, _)| *identifier));
    for sha in Sha::available() {
        for aes in Aes::available() {
            let mut found = Vec::new();
            Matcher::with(&index, sha, aes).run(&keys, |at, hits| found.push((at, hits.to_vec())));
            assert_eq!(found, expected, "{sha:?}, {aes:?}");
        }
    }
}
