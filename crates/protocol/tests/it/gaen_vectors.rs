//! Every value of `vectors/gaen.json` that concerns keys and identifiers. Its export and `ekeyhmac` values are in
//! `export_vectors` and `api_rules`; `authenticated_sms`, `cwa_presence_tracing` and `tcn_v0_4` belong to parts that
//! do not exist yet (text messages, places, and a scheme that is not ours).

use crate::support::{bytes, list, number, rng, text, vectors};
use bluezone_protocol::gaen::{
    AssociatedMetadataKey, MAX_ROLLING_PERIOD, Metadata, RollingProximityIdentifier,
    RollingProximityIdentifierKey, TemporaryExposureKey,
};
use bluezone_protocol::identifier::{Identifier, IdentifierLength};
use bluezone_protocol::time::{INTERVAL_S, IntervalNumber, Timestamp};

#[test]
fn the_144_official_identifiers_and_metadata_are_derived() {
    let file = vectors("gaen.json");
    let crypto = &file["crypto_v1_2"];
    let start = IntervalNumber(number(&crypto["rolling_start_interval_number"]) as u32);
    assert_eq!(Timestamp(number(&crypto["key_generation_unix_seconds"])).interval().day_start(), start);

    let key = TemporaryExposureKey::from_bytes(bytes(&crypto["tek"]));
    let (identifiers, metadata_key) = (key.identifier_key(), key.metadata_key());
    assert_eq!(identifiers, RollingProximityIdentifierKey::from_bytes(bytes(&crypto["rpik"])));
    assert_eq!(metadata_key, AssociatedMetadataKey::from_bytes(bytes(&crypto["aemk"])));

    let plain = bytes(&crypto["ble_metadata"]);
    let advertised = list(&crypto["advertised"]);
    assert_eq!(advertised.len(), 144);
    let day: Vec<_> = identifiers.identifiers(start, MAX_ROLLING_PERIOD).collect();
    for (expected, (interval, rpi)) in advertised.iter().zip(&day) {
        assert_eq!(i64::from(interval.0), number(&expected["en_interval_number"]));
        assert_eq!(*interval - start, number(&expected["i"]));
        assert_eq!(*rpi, RollingProximityIdentifier(bytes(&expected["rpi"])), "interval {}", interval.0);
        assert_eq!(identifiers.identifier(*interval), *rpi);

        // What is encrypted: the vector spells it out, so an agreement by luck is excluded.
        let padded: [u8; 16] = bytes(&expected["padded_data"]);
        assert_eq!(&padded[..6], b"EN-RPI");
        assert_eq!(padded[12..], interval.0.to_le_bytes());

        let aem = metadata_key.apply(rpi, plain);
        assert_eq!(aem, bytes(&expected["aem"]));
        assert_eq!(metadata_key.apply(rpi, aem), plain);
        let said = Metadata::decrypt(&metadata_key, rpi, aem).unwrap();
        assert_eq!(said, Metadata { tx_power_dbm: 8, calibration_confidence: 0 });

        let on_air = Identifier::Gaen { rpi: *rpi, aem }.to_bytes();
        assert_eq!(hex::encode(&on_air), text(&expected["ble_service_data"]));
        assert_eq!(Identifier::from_bytes(&on_air), Ok(Identifier::Gaen { rpi: *rpi, aem }));
    }
}

#[test]
fn the_constants_are_the_specifications() {
    let constants = &vectors("gaen.json")["crypto_v1_2"]["constants"];
    assert_eq!(number(&constants["tek_rolling_period"]), i64::from(MAX_ROLLING_PERIOD));
    assert_eq!(number(&constants["interval_seconds"]), INTERVAL_S);
    assert_eq!(number(&constants["tek_len"]), TemporaryExposureKey::LEN as i64);
    assert_eq!(number(&constants["rpi_len"]), RollingProximityIdentifier::LEN as i64);
    let uuid = u16::from_str_radix(text(&constants["ble_service_uuid16"]), 16).unwrap();
    assert_eq!(uuid, bluezone_protocol::frame::DEFAULT_SERVICE_UUID);
}

#[test]
fn metadata_of_the_round_trip_vector_comes_back() {
    let case = &vectors("gaen.json")["aem_roundtrip"];
    let key = TemporaryExposureKey::from_bytes(bytes(&case["tek"])).metadata_key();
    let rpi = RollingProximityIdentifier(bytes(&case["rpi"]));
    let plain = bytes(&case["metadata"]);
    let aem = key.apply(&rpi, plain);
    assert_ne!(aem, plain);
    assert_eq!(key.apply(&rpi, aem), plain);
    // Major version 0: not metadata that we could read.
    assert_eq!(Metadata::decrypt(&key, &rpi, aem), None);
}

#[test]
fn metadata_bytes_are_as_specified() {
    let said = Metadata { tx_power_dbm: -20, calibration_confidence: 2 };
    assert_eq!(said.to_bytes(), [0b0101_1000, 0xEC, 0, 0]);
    for confidence in 0..=3 {
        for tx_power_dbm in i8::MIN..=i8::MAX {
            let said = Metadata { tx_power_dbm, calibration_confidence: confidence };
            assert_eq!(Metadata::from_bytes(said.to_bytes()), Some(said));
        }
    }
    // Version 1.0 has no confidence; major versions other than 1 are not read.
    let old = Metadata { tx_power_dbm: 8, calibration_confidence: 0 };
    assert_eq!(Metadata::from_bytes([0b0100_1100, 8, 0, 0]), Some(old));
    assert_eq!(Metadata::from_bytes([0b1001_0000, 8, 0, 0]), None);
}

#[test]
fn identifiers_end_where_interval_numbers_do() {
    let key = TemporaryExposureKey::generate(&mut rng(1)).identifier_key();
    let last: Vec<_> =
        key.identifiers(IntervalNumber(u32::MAX - 1), 144).map(|(interval, _)| interval.0).collect();
    assert_eq!(last, [u32::MAX - 1, u32::MAX]);
}

#[test]
fn an_identifier_is_12_or_20_bytes() {
    for length in 0..64 {
        let bytes = vec![7; length];
        match (length, Identifier::from_bytes(&bytes)) {
            (12 | 20, Ok(identifier)) => assert_eq!(identifier.to_bytes(), bytes),
            (12 | 20, Err(error)) => panic!("{error}"),
            (_, result) => assert_eq!(result, Err(IdentifierLength(length))),
        }
    }
}

#[test]
fn debug_output_shows_no_key_and_no_identifier() {
    let key = TemporaryExposureKey::from_bytes([0xAB; 16]);
    let (rpik, aemk) = (key.identifier_key(), key.metadata_key());
    let rpi = rpik.identifier(IntervalNumber(0));
    let id = Identifier::Gaen { rpi, aem: [1, 2, 3, 4] };
    assert_eq!(
        format!("{key:?} {rpik:?} {aemk:?} {rpi:?} {id:?}"),
        "TemporaryExposureKey(..) RollingProximityIdentifierKey(..) AssociatedMetadataKey(..) \
         RollingProximityIdentifier(..) Identifier::Gaen(..)"
    );
}
