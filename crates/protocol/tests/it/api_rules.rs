//! The JSON of the device API: spellings, the MAC that binds keys to a certificate, fixed sizes, the rules for keys.

use crate::support::{list, number, rng, text, vectors};
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{DAY_S, IntervalNumber, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_622_541_600); // 2021-06-01 10:00 UTC

fn key(first: u8, start: u32, period: u32) -> PublishedKey {
    PublishedKey {
        key: TemporaryExposureKey::from_bytes([first; 16]),
        rolling_start: IntervalNumber(start),
        rolling_period: period,
        transmission_risk: 0,
    }
}

/// The start of the day `days` before today.
fn day(days: u32) -> u32 {
    (NOW.interval().day_start() - 144 * days).0
}

fn request(keys: Vec<PublishedKey>) -> PublishRequest {
    PublishRequest { keys, health_authority_id: "vn.gov.moh".to_owned(), ..PublishRequest::default() }
}

#[test]
fn ekeyhmac_is_as_in_the_vectors() {
    let file = vectors("gaen.json");
    let secret = hex::decode(text(&file["ekeyhmac"]["secret_hex"])).unwrap();
    for case in list(&file["ekeyhmac"]["cases"]) {
        let keys: Vec<_> = list(&case["keys"])
            .iter()
            .map(|row| PublishedKey {
                key: TemporaryExposureKey::from_bytes(
                    decode_base64(text(&row[0])).unwrap().try_into().unwrap(),
                ),
                rolling_start: IntervalNumber(number(&row[1]) as u32),
                rolling_period: number(&row[2]) as u32,
                transmission_risk: number(&row[3]) as u8,
            })
            .collect();
        let mac = tek_mac(&secret, &keys);
        assert_eq!(encode_base64(&mac), text(&case["hmac_b64"]));
        assert!(tek_mac_matches(&secret, &keys, &mac));

        let short = tek_mac_without_risk(&secret, &keys);
        assert_eq!(short.map(|mac| encode_base64(&mac)).as_deref(), case["alt_hmac_b64"].as_str());
        if let Some(short) = short {
            assert!(tek_mac_matches(&secret, &keys, &short));
        }

        // Sent in another order it is the same; anything else changed, another.
        let reversed: Vec<_> = keys.iter().rev().cloned().collect();
        assert!(tek_mac_matches(&secret, &reversed, &mac));
        assert!(!tek_mac_matches(b"other", &keys, &mac));
        assert!(!tek_mac_matches(&secret, &keys[1..], &mac));
        assert!(!tek_mac_matches(&secret, &keys, &mac[..31]));
        let mut shorter = keys.clone();
        shorter[0].rolling_period -= 1;
        assert!(!tek_mac_matches(&secret, &shorter, &mac));
    }
}

#[test]
fn a_mac_without_risk_does_not_bind_keys_with_one() {
    let mut keys = vec![key(1, day(1), 144)];
    let short = tek_mac_without_risk(b"secret", &keys).unwrap();
    keys[0].transmission_risk = 3;
    assert_eq!(tek_mac_without_risk(b"secret", &keys), None);
    assert!(!tek_mac_matches(b"secret", &keys, &short));
}

#[test]
fn requests_of_other_clients_are_read() {
    let body = json!({
        "temporaryExposureKeys": [
            {"key": "z2Cx9hdz2SlxZ8GEgqTYpA==", "rollingStartNumber": 1, "rollingPeriod": 144, "transmissionRisk": 3},
            {"key": "dPCphLzfG4uzXneNimkPRQ", "rollingStartNumber": 145, "rollingPeriod": 12, "fieldOfTomorrow": []},
        ],
        "healthAuthorityID": "vn.gov.moh", "verificationPayload": "a.b.c", "hmackey": "AQID",
        "symptomOnsetInterval": 2_704_000, "traveler": true, "revisionToken": "tok", "padding": "xxxx",
    });
    let read: PublishRequest = from_json(body.to_string().as_bytes()).unwrap();
    assert_eq!(read.keys.len(), 2);
    assert_eq!(read.keys[0].transmission_risk, 3);
    assert_eq!((read.keys[1].rolling_start, read.keys[1].rolling_period), (IntervalNumber(145), 12));
    assert_eq!(encode_base64(read.keys[1].key.as_bytes()), "dPCphLzfG4uzXneNimkPRQ==");
    assert_eq!((read.hmac_key.as_str(), read.revision_token.as_str()), ("AQID", "tok"));
    assert_eq!((read.symptom_onset_interval, read.traveler), (Some(IntervalNumber(2_704_000)), true));

    let written: Value = serde_json::to_value(&read).unwrap();
    assert_eq!(written["hmacKey"], "AQID");
    assert_eq!(written["temporaryExposureKeys"][0], body["temporaryExposureKeys"][0]);
    let least: PublishRequest =
        from_json(br#"{"temporaryExposureKeys":[],"healthAuthorityID":"x"}"#).unwrap();
    assert_eq!((least.hmac_key.as_str(), least.symptom_onset_interval, least.traveler), ("", None, false));
}

#[test]
fn the_verification_bodies_are_spelled_as_published() {
    let verify = VerifyRequest {
        code: "12345678".to_owned(),
        accept: vec![TestType::Confirmed, TestType::UserReport],
        nonce: "bm9uY2U=".to_owned(),
        padding: "p".to_owned(),
    };
    let expected = json!({"code": "12345678", "accept": ["confirmed", "user-report"], "nonce": "bm9uY2U=", "padding": "p"});
    assert_eq!(serde_json::to_value(&verify).unwrap(), expected);
    let least: VerifyRequest = from_json(br#"{"code":"12345678"}"#).unwrap();
    assert_eq!((least.accept.len(), least.nonce.as_str()), (0, ""));

    let answer = json!({"testtype": "likely", "symptomDate": "2021-05-30", "token": "t", "padding": ""});
    let read: VerifyResponse = from_json(answer.to_string().as_bytes()).unwrap();
    assert_eq!(
        (read.test_type, read.symptom_date.as_str(), read.test_date.as_str()),
        (TestType::Likely, "2021-05-30", "")
    );
    assert_eq!(serde_json::to_value(&read).unwrap(), answer);

    let certificate =
        CertificateRequest { token: "t".to_owned(), ekeyhmac: "m".to_owned(), padding: String::new() };
    assert_eq!(
        serde_json::to_value(&certificate).unwrap(),
        json!({"token": "t", "ekeyhmac": "m", "padding": ""})
    );
    let error = ErrorResponse {
        error: "e".to_owned(),
        error_code: "code_invalid".to_owned(),
        padding: String::new(),
    };
    let expected = json!({"error": "e", "errorCode": "code_invalid", "padding": ""});
    assert_eq!(serde_json::to_value(&error).unwrap(), expected);

    let published = json!({"revisionToken": "r", "insertedExposures": 3, "padding": "", "warnings": ["w"]});
    let read: PublishResponse = from_json(published.to_string().as_bytes()).unwrap();
    assert_eq!((read.inserted_exposures, read.revision_token.as_str()), (3, "r"));
    assert_eq!(serde_json::to_value(&read).unwrap(), published);
}

#[test]
fn test_types_say_how_keys_are_published() {
    for (test, spelling, report) in [
        (TestType::Confirmed, "confirmed", ReportType::ConfirmedTest),
        (TestType::Likely, "likely", ReportType::ConfirmedClinical),
        (TestType::Negative, "negative", ReportType::Revoked),
        (TestType::UserReport, "user-report", ReportType::SelfReport),
    ] {
        assert_eq!((test.as_str(), test.report_type()), (spelling, report));
        assert_eq!(serde_json::to_value(test).unwrap(), spelling);
    }
}

#[test]
fn base64_is_read_in_every_spelling() {
    for text in ["+/+/AQ==", "+/+/AQ", "-_-_AQ==", "-_-_AQ", "+/-_AQ"] {
        assert_eq!(decode_base64(text).unwrap(), [0xFB, 0xFF, 0xBF, 0x01], "{text}");
    }
    for text in ["+/+/A", "+/+/AR", "a b", "é"] {
        assert_eq!(decode_base64(text), None, "{text}");
    }
}

#[test]
fn bodies_of_one_kind_are_all_equally_long() {
    let rng = &mut rng(1);
    let none = pad(&mut request(vec![]), PUBLISH_REQUEST_BYTES, rng);
    let mut most = request((0..30).map(|n| key(n, u32::MAX - n as u32, 144)).collect());
    most.verification_payload = "e".repeat(800);
    most.hmac_key = encode_base64(&[7; 32]);
    most.revision_token = "r".repeat(2200);
    let most = pad(&mut most, PUBLISH_REQUEST_BYTES, rng);
    assert_eq!((none.len(), most.len()), (PUBLISH_REQUEST_BYTES, PUBLISH_REQUEST_BYTES));

    let mut refused = ErrorResponse { error: "no \"such\" code".to_owned(), ..ErrorResponse::default() };
    assert_eq!(pad(&mut refused, VERIFY_RESPONSE_BYTES, rng).len(), VERIFY_RESPONSE_BYTES);
    // Padding again replaces the filler.
    assert_eq!(pad(&mut refused, VERIFY_RESPONSE_BYTES, rng).len(), VERIFY_RESPONSE_BYTES);
    // What does not fit goes up to the next multiple.
    refused.error = "x".repeat(VERIFY_RESPONSE_BYTES);
    assert_eq!(pad(&mut refused, VERIFY_RESPONSE_BYTES, rng).len(), 2 * VERIFY_RESPONSE_BYTES);
}

#[test]
fn a_key_is_checked_by_itself() {
    let check = |key: PublishedKey| validate_publish(&request(vec![key]), NOW).map(|keys| keys.len());
    let (ok, now) = (Ok(1), NOW.interval().0);
    assert_eq!(check(key(1, day(0), 144)), ok, "today's key, still in use");
    assert_eq!(check(key(1, now, 1)), ok);
    assert_eq!(check(key(1, now + 1, 1)), Err(PublishProblem::Future { index: 0 }));
    assert_eq!(check(key(1, u32::MAX, 144)), Err(PublishProblem::Future { index: 0 }));
    assert_eq!(check(key(1, day(1), 0)), Err(PublishProblem::Period { index: 0, period: 0 }));
    assert_eq!(check(key(1, day(1), 145)), Err(PublishProblem::Period { index: 0, period: 145 }));
    assert_eq!(check(key(1, now - 15 * 144 - 144, 144)), ok, "ended exactly 15 days ago");
    assert_eq!(check(key(1, now - 15 * 144 - 145, 144)), Err(PublishProblem::TooOld { index: 0 }));
    assert_eq!(check(key(1, 0, 1)), Err(PublishProblem::TooOld { index: 0 }));
    for (risk, result) in [(8, ok), (9, Err(PublishProblem::TransmissionRisk { index: 0, risk: 9 }))] {
        assert_eq!(check(PublishedKey { transmission_risk: risk, ..key(1, day(1), 144) }), result);
    }
}

#[test]
fn keys_are_checked_together() {
    let check = |keys: Vec<PublishedKey>| {
        validate_publish(&request(keys), NOW)
            .map(|keys| keys.iter().map(|key| key.key.as_bytes()[0]).collect::<Vec<_>>())
    };
    assert_eq!(check(vec![]), Err(PublishProblem::NoKeys));
    let fortnight = |count: u8| (0..count).map(|n| key(n, day(u32::from(n) / 2), 144)).collect::<Vec<_>>();
    assert_eq!(check(fortnight(30)).unwrap().len(), 30);
    let one_more = fortnight(30).into_iter().chain([key(99, day(0), 1)]).collect();
    assert_eq!(check(one_more), Err(PublishProblem::TooManyKeys(31)));

    // In the order of their starts, whatever the order sent.
    assert_eq!(
        check(vec![key(1, day(1), 144), key(2, day(3), 144), key(3, day(2), 144)]).unwrap(),
        [2, 3, 1]
    );
    // Today's key cut short, and its successor with the same start; the next day's begins where the longer ends.
    assert!(check(vec![key(1, day(2), 60), key(2, day(2), 144), key(3, day(1), 144)]).is_ok());
    assert!(check(vec![key(1, day(2), 1), key(2, day(2), 2), key(3, day(2), 3)]).is_ok());
    let four = (1..=4).map(|n| key(n, day(2), u32::from(n))).collect();
    assert_eq!(check(four), Err(PublishProblem::TooManyWithOneStart));
    assert_eq!(check(vec![key(1, day(2), 144), key(2, day(2) + 143, 1)]), Err(PublishProblem::Overlap));
    assert_eq!(
        check(vec![key(1, day(2), 144), key(2, day(2), 1), key(3, day(2) + 100, 1)]),
        Err(PublishProblem::Overlap)
    );
    assert_eq!(check(vec![key(1, day(2), 144), key(1, day(1), 144)]), Err(PublishProblem::Duplicate));
}

#[test]
fn nothing_secret_is_shown() {
    let secret = "CAFEBABE";
    let mut publish = request(vec![key(0xCA, day(1), 144)]);
    publish.verification_payload = secret.to_owned();
    publish.hmac_key = secret.to_owned();
    let verify = VerifyRequest { code: secret.to_owned(), ..VerifyRequest::default() };
    let shown = format!("{publish:?} {:?} {verify:?}", publish.keys);
    assert_eq!(shown, "PublishRequest(..) [PublishedKey(..)] VerifyRequest(..)");

    for body in [
        r#"{"temporaryExposureKeys":"CAFEBABE"}"#,
        r#"{"temporaryExposureKeys":[{"key":"CAFEBABE","rollingStartNumber":1,"rollingPeriod":1}]}"#,
        r#"{"temporaryExposureKeys":[],"healthAuthorityID":{"CAFEBABE":1}}"#,
        "CAFEBABE",
    ] {
        let error = from_json::<PublishRequest>(body.as_bytes()).unwrap_err().to_string();
        assert!(!error.contains(secret), "{error}");
        assert!(error.starts_with("not the JSON expected here: "), "{error}");
    }
}

proptest! {
    #[test]
    fn any_request_comes_back(keys in prop::collection::vec((any::<[u8; 16]>(), any::<u32>(), any::<u32>(), any::<u8>()), 0..40), token in ".{0,40}") {
        let keys = keys.into_iter().map(|(key, start, rolling_period, transmission_risk)| PublishedKey {
            key: TemporaryExposureKey::from_bytes(key),
            rolling_start: IntervalNumber(start),
            rolling_period,
            transmission_risk,
        });
        let mut sent = request(keys.collect());
        sent.revision_token = token;
        let read: PublishRequest = from_json(&to_json(&sent)).unwrap();
        prop_assert!(read == sent);
        // The rules never panic, whatever is sent and whatever the clock shows.
        for now in [Timestamp(i64::MIN), Timestamp(0), NOW, NOW + DAY_S, Timestamp(i64::MAX)] {
            let _ = validate_publish(&read, now);
        }
    }

    #[test]
    fn garbage_bodies_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = from_json::<PublishRequest>(&body);
        let _ = from_json::<VerifyRequest>(&body);
        let _ = from_json::<CertificateRequest>(&body);
    }
}

#[test]
fn null_is_nothing_said() {
    let verify: VerifyRequest =
        from_json(br#"{"code":"12345678","accept":null,"nonce":null,"padding":null}"#).unwrap();
    assert!(verify == VerifyRequest { code: "12345678".into(), ..VerifyRequest::default() });
    let publish =
        br#"{"temporaryExposureKeys":null,"healthAuthorityID":"x","verificationPayload":null,"hmacKey":null,
        "symptomOnsetInterval":null,"traveler":null,"revisionToken":null,"padding":null}"#;
    let publish: PublishRequest = from_json(publish).unwrap();
    assert!(publish == PublishRequest { health_authority_id: "x".into(), ..PublishRequest::default() });
    let key = br#"{"key":"AAAAAAAAAAAAAAAAAAAAAA==","rollingStartNumber":1,"rollingPeriod":1,"transmissionRisk":null}"#;
    assert_eq!(from_json::<PublishedKey>(key).unwrap().transmission_risk, 0);
    let answer = br#"{"warnings":null,"revisionToken":null,"code":null,"error":null,"padding":null}"#;
    assert!(from_json::<PublishResponse>(answer).unwrap() == PublishResponse::default());
    assert!(from_json::<VerifyRequest>(br#"{"code":null}"#).is_err(), "a code there must be");
}
