//! Bodies of the device API as any client may send them.
#![no_main]

use bluezone_protocol::api::{
    CertificateRequest, CertificateResponse, ErrorResponse, PublishRequest, PublishResponse, VerifyRequest,
    VerifyResponse, decode_base64, encode_base64, from_json, tek_mac, tek_mac_matches, to_json, validate_publish,
};
use bluezone_protocol::time::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whatever is read can be written, and then reads the same.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq>(body: &[u8]) -> Option<T> {
    let read: T = from_json(body).ok()?;
    let again: T = from_json(&to_json(&read)).expect("our own JSON");
    assert!(again == read);
    Some(read)
}

fuzz_target!(|data: &[u8]| {
    round_trip::<VerifyRequest>(data);
    round_trip::<VerifyResponse>(data);
    round_trip::<CertificateRequest>(data);
    round_trip::<CertificateResponse>(data);
    round_trip::<PublishResponse>(data);
    round_trip::<ErrorResponse>(data);
    let Some(request) = round_trip::<PublishRequest>(data) else { return };

    let hmac_key = decode_base64(&request.hmac_key).unwrap_or_default();
    assert_eq!(decode_base64(&encode_base64(&hmac_key)).as_ref(), Some(&hmac_key));
    let mac = tek_mac(&hmac_key, &request.keys);
    assert!(tek_mac_matches(&hmac_key, &request.keys, &mac));

    // The clock of the seeds' keys, and clocks that are wrong.
    for now in [1_585_900_000, 1_622_541_600, 0, i64::MIN, i64::MAX] {
        let now = Timestamp(now);
        let Ok(keys) = validate_publish(&request, now) else { continue };
        assert!((1..=30).contains(&keys.len()) && keys.len() == request.keys.len());
        for pair in keys.windows(2) {
            let end = pair[0].rolling_start.0 + pair[0].rolling_period;
            assert!(pair[0].rolling_start == pair[1].rolling_start || end <= pair[1].rolling_start.0);
        }
        for key in keys {
            assert!((1..=144).contains(&key.rolling_period) && key.transmission_risk <= 8);
            assert!(key.rolling_start.start() <= now);
        }
    }
});
