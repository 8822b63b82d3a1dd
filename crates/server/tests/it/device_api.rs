//! Code → token → certificate → publication.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_protocol::api::*;
use bluezone_protocol::time::DAY_S;
use bluezone_server::tokens;

fn nonce(byte: u8) -> String {
    encode_base64(&[byte; 256])
}

async fn whole_path(engine: Engine) {
    let server = TestServer::with(engine, config()).await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let case = server.case(CaseStatus::Confirmed).await;
    for kind in CodeKind::ALL {
        let code = server.code(case, kind).await;
        let verified: VerifyResponse = server.verify(&code, &nonce(1)).await.ok();
        assert_eq!(verified.test_type, TestType::Confirmed);
        assert_eq!(verified.symptom_date, "2023-11-12");
        assert_eq!(verified.test_date, "2023-11-14");
        // The code is burnt for everybody else, and for who has no nonce.
        assert_eq!(server.verify(&code, &nonce(2)).await.refusal(), (400, "code_invalid".to_owned()));
        assert_eq!(server.verify(&code, "").await.refusal(), (400, "code_invalid".to_owned()));
        // Who lost the answer gets the same one.
        let again: VerifyResponse = server.verify(&code, &nonce(1)).await.ok();
        assert_eq!(again.token, verified.token);
        assert_eq!(tokens::parse_untrusted(&verified.token).unwrap().kid, "token-v1");
    }
    let code = server.code(case, CodeKind::Short).await;
    let certificate = server.certificate_for(&code, &phone).await;
    let claims = tokens::parse_untrusted(&certificate).unwrap().claims;
    assert_eq!(claims["reportType"], "confirmed");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let onset = (server.now().day_start() - 3 * DAY_S).interval().0;
    assert_eq!(claims["symptomOnsetInterval"].as_u64(), Some(onset.into()));

    let answer = server.post("/v1/publish", phone.request(&certificate)).await;
    assert_eq!(answer.headers[API_VERSION_HEADER], "v1");
    let first: PublishResponse = answer.ok();
    assert_eq!((first.inserted_exposures, first.code.as_str()), (INFECTIOUS, ""));
    assert!(!first.revision_token.is_empty());
    // The answer was lost: the same again, later, with the same certificate.
    server.clock.advance(600);
    let again: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    assert_eq!(again.revision_token, first.revision_token);
    assert_eq!(again.inserted_exposures, INFECTIOUS);
    // Or with a new one from the same token.
    server.clock.advance(600);
    let expired = server.post("/v1/publish", phone.request(&certificate)).await;
    assert_eq!(expired.refusal(), (401, error_code::CERTIFICATE_INVALID.to_owned()));
}

#[tokio::test]
async fn a_phone_publishes_on_sqlite() {
    whole_path(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_phone_publishes_on_postgres() {
    whole_path(Engine::Postgres).await;
}

#[tokio::test]
async fn a_retry_with_a_new_certificate_of_the_same_token_gets_the_first_answer() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    let token = server.verify(&code, "").await.ok::<VerifyResponse>().token;
    let mut answers = Vec::new();
    for _ in 0..2 {
        let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
        answers.push(server.post("/v1/publish", phone.request(&certificate)).await.ok::<PublishResponse>());
        server.clock.advance(3600);
    }
    assert_eq!(answers[0].revision_token, answers[1].revision_token);
    assert_eq!(answers[0].inserted_exposures, answers[1].inserted_exposures);
}

#[tokio::test]
async fn what_a_code_says_is_what_the_case_was_when_it_was_traded() {
    let server = TestServer::new().await;
    for (status, expected) in [
        (CaseStatus::Suspected, TestType::Likely),
        (CaseStatus::Confirmed, TestType::Confirmed),
        (CaseStatus::Negative, TestType::Negative),
    ] {
        let code = server.new_code(status).await;
        assert_eq!(server.verify(&code, "").await.ok::<VerifyResponse>().test_type, expected);
    }
    let case = server.case(CaseStatus::Suspected).await;
    let early = server.code(case, CodeKind::Short).await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let token = server.verify(&early, "").await.ok::<VerifyResponse>().token;
    server.change_case(case, CaseStatus::Confirmed).await;
    let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
    assert_eq!(tokens::parse_untrusted(&certificate).unwrap().claims["reportType"], "likely");
    let late = server.code(case, CodeKind::Short).await;
    assert_eq!(server.verify(&late, "").await.ok::<VerifyResponse>().test_type, TestType::Confirmed);
}

#[tokio::test]
async fn an_expired_a_used_and_an_unknown_code_get_the_same_bytes_but_for_the_filler() {
    let server = TestServer::new().await;
    let used = server.new_code(CaseStatus::Confirmed).await;
    server.verify(&used, "").await.ok::<VerifyResponse>();
    let expired = server.new_code(CaseStatus::Confirmed).await;
    server.clock.advance(CodeKind::Short.lifetime_s());
    let expired_link = "0".repeat(32);
    let mut answers = Vec::new();
    for code in [used.as_str(), &expired, "00000000", &expired_link, "no code at all"] {
        let answer = server.verify(code, &nonce(1)).await;
        let mut body: ErrorResponse = answer.json();
        body.padding.clear();
        answers.push((answer.status, answer.headers.clone(), answer.body.len(), body));
    }
    assert_eq!(answers[0].3.error_code, error_code::CODE_INVALID);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn a_type_that_the_phone_does_not_accept_is_said_and_the_code_is_not_lost() {
    let server = TestServer::new().await;
    let code = server.new_code(CaseStatus::Suspected).await;
    let request = |accept: Vec<TestType>| {
        to_json(&VerifyRequest { code: code.clone(), accept, ..VerifyRequest::default() })
    };
    let refused = server.post("/api/verify", request(vec![TestType::Confirmed])).await;
    assert_eq!(refused.refusal(), (412, error_code::UNSUPPORTED_TEST_TYPE.to_owned()));
    let given = server.post("/api/verify", request(vec![TestType::Likely])).await;
    assert_eq!(given.ok::<VerifyResponse>().test_type, TestType::Likely);
}

#[tokio::test]
async fn a_token_serves_one_set_of_keys_until_it_expires() {
    let server = TestServer::new().await;
    let (phone, other) =
        (Phone::new(server.now(), &mut server.rng()), Phone::new(server.now(), &mut server.rng()));
    let code = server.new_code(CaseStatus::Confirmed).await;
    let token = server.verify(&code, "").await.ok::<VerifyResponse>().token;
    server.certificate(&token, &phone).await.ok::<CertificateResponse>();
    server.certificate(&token, &phone).await.ok::<CertificateResponse>();
    let invalid = (400, error_code::TOKEN_INVALID.to_owned());
    assert_eq!(server.certificate(&token, &other).await.refusal(), invalid);
    for wrong in ["", "a.b.c", &token[1..], &format!("{token}A")] {
        assert_eq!(server.certificate(wrong, &phone).await.refusal(), invalid, "{wrong}");
    }
    // A certificate is no token, and a token no certificate.
    let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
    assert_eq!(server.certificate(&certificate, &phone).await.refusal(), invalid);
    let as_certificate = server.post("/v1/publish", phone.request(&token)).await;
    assert_eq!(as_certificate.refusal(), (401, error_code::CERTIFICATE_INVALID.to_owned()));
    server.clock.advance(86_400);
    assert_eq!(
        server.certificate(&token, &phone).await.refusal(),
        (400, error_code::TOKEN_EXPIRED.to_owned())
    );
}

#[tokio::test]
async fn a_certificate_is_for_its_keys_its_authority_and_its_quarter_of_an_hour() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let other = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    let certificate = server.certificate_for(&code, &phone).await;
    let invalid = (401, error_code::CERTIFICATE_INVALID.to_owned());
    assert_eq!(server.post("/v1/publish", other.request(&certificate)).await.refusal(), invalid);
    assert_eq!(server.post("/v1/publish", phone.request("")).await.refusal(), invalid);

    let mut request: PublishRequest = serde_json::from_slice(&phone.request(&certificate)).unwrap();
    request.keys[3].rolling_period = 100;
    assert_eq!(server.post("/v1/publish", to_json(&request)).await.refusal(), invalid);
    let mut request: PublishRequest = serde_json::from_slice(&phone.request(&certificate)).unwrap();
    request.health_authority_id = "elsewhere".to_owned();
    let unknown = (401, error_code::UNKNOWN_HEALTH_AUTHORITY.to_owned());
    assert_eq!(server.post("/v1/publish", to_json(&request)).await.refusal(), unknown);

    // Nothing of that was stored or used up.
    let done: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    assert_eq!(done.inserted_exposures, INFECTIOUS);
}

/// As clients of the reference servers write it: another spelling, unknown fields, no padding, the shorter HMAC.
#[tokio::test]
async fn requests_of_other_clients_are_understood() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    let body =
        format!(r#"{{"code":" {} {}","unknown":[1],"phone":"","tzOffset":7}}"#, &code[..4], &code[4..]);
    let token = server.post("/api/verify", body.into_bytes()).await.ok::<VerifyResponse>().token;
    let mac = tek_mac_without_risk(&phone.hmac_key, &phone.keys).unwrap();
    let body = format!(r#"{{"token":"{token}","ekeyhmac":"{}","more":null}}"#, encode_base64(&mac));
    let certificate =
        server.post("/api/certificate", body.into_bytes()).await.ok::<CertificateResponse>().certificate;
    let mut request: serde_json::Value = serde_json::from_slice(&phone.request(&certificate)).unwrap();
    let fields = request.as_object_mut().unwrap();
    let hmac_key = fields.remove("hmacKey").unwrap();
    fields.insert("hmackey".to_owned(), hmac_key);
    fields.insert("regions".to_owned(), serde_json::json!(["VN"]));
    for key in fields["temporaryExposureKeys"].as_array_mut().unwrap() {
        key.as_object_mut().unwrap().remove("transmissionRisk");
    }
    let done: PublishResponse = server.post("/v1/publish", request.to_string().into_bytes()).await.ok();
    assert_eq!(done.inserted_exposures, INFECTIOUS);
}

#[tokio::test]
async fn keys_out_of_use_are_left_out_with_a_warning() {
    let server = TestServer::new().await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    // Two keys that ended more than 15 days ago, one of two days, and eight of days before the case was infectious.
    phone.keys[12].rolling_start = phone.keys[12].rolling_start - 144 * 5;
    phone.keys[13].rolling_start = phone.keys[13].rolling_start - 144 * 5;
    phone.keys[5].rolling_start = phone.keys[5].rolling_start - 1;
    phone.keys.remove(6);
    let code = server.new_code(CaseStatus::Confirmed).await;
    let done = server.publish(&code, &phone).await;
    assert_eq!(done.inserted_exposures, INFECTIOUS - 1);
    assert_eq!(done.code, error_code::PARTIAL_FAILURE);
    let warnings = [
        "2 keys were left out: they ended more than 15 days ago",
        "1 keys were left out: they are not of one UTC day",
    ];
    assert_eq!(done.warnings, warnings);
}

#[tokio::test]
async fn broken_requests_are_refused_in_the_endpoints_form() {
    let server = TestServer::new().await;
    for (path, size) in [
        ("/api/verify", VERIFY_RESPONSE_BYTES),
        ("/api/certificate", CERTIFICATE_RESPONSE_BYTES),
        ("/v1/publish", PUBLISH_RESPONSE_BYTES),
    ] {
        for body in
            [&b""[..], b"{", b"[]", b"\xff\xff", b"{\"code\":1,\"token\":1,\"temporaryExposureKeys\":1}"]
        {
            let answer = server.post(path, body.to_vec()).await;
            assert_eq!(answer.refusal(), (400, error_code::BAD_REQUEST.to_owned()), "{path}");
            assert_eq!(answer.body.len(), size, "{path}");
        }
        let answer = server.post(path, vec![b' '; MAX_REQUEST_BYTES + 1]).await;
        assert_eq!(answer.refusal(), (413, error_code::BAD_REQUEST.to_owned()), "{path}");
        assert_eq!(answer.body.len(), size, "{path}");
        assert_eq!(server.get(path).await.status.as_u16(), 405);
    }
    let short_nonce = server.verify("12345678", "AAAA").await;
    assert_eq!(short_nonce.refusal(), (400, error_code::BAD_REQUEST.to_owned()));
}

#[tokio::test]
async fn structural_rules_hold_also_under_a_certificate() {
    let server = TestServer::new().await;
    let fresh = || Phone::new(server.now(), &mut server.rng());
    let spoilt: [fn(&mut Phone); 2] = [
        |phone| phone.keys[3].rolling_start = phone.keys[4].rolling_start + 10,
        |phone| phone.keys[5].key = phone.keys[6].key.clone(),
    ];
    for (number, spoil) in spoilt.into_iter().enumerate() {
        let mut phone = fresh();
        spoil(&mut phone);
        let code = server.new_code(CaseStatus::Confirmed).await;
        let certificate = server.certificate_for(&code, &phone).await;
        let refused = server.post("/v1/publish", phone.request(&certificate)).await;
        assert_eq!(refused.refusal(), (400, error_code::BAD_REQUEST.to_owned()), "{number}");
    }
}

#[tokio::test]
async fn every_answer_carries_security_headers_and_none_opens_the_server_to_other_sites() {
    let server = TestServer::new().await;
    for path in ["/readyz", "/openapi.json", "/exports/index.txt", "/nowhere"] {
        let answer = server.get(path).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
        assert!(answer.headers.contains_key("content-security-policy"), "{path}");
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{path}");
    }
    assert_eq!(server.get("/livez").await.body, b"ok\n");
}

#[tokio::test]
async fn a_published_report_is_answered_after_its_token_ended_and_an_unpublished_one_is_not() {
    let server = TestServer::new().await;
    let code = server.new_code(CaseStatus::Confirmed).await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let token = server.verify(&code, &nonce(1)).await.ok::<VerifyResponse>().token;
    let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
    let first: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    let code = server.new_code(CaseStatus::Confirmed).await;
    let unused = server.verify(&code, &nonce(2)).await.ok::<VerifyResponse>().token;

    // The answer was lost, and the phone was off for a day.
    server.clock.advance(25 * 3600);
    let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
    let again: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    assert_eq!(
        (again.revision_token, again.inserted_exposures),
        (first.revision_token, first.inserted_exposures)
    );
    let expired = (400, error_code::TOKEN_EXPIRED.to_owned());
    assert_eq!(server.certificate(&unused, &phone).await.refusal(), expired);
    let stranger = Phone::new(server.now(), &mut server.rng());
    assert_eq!(server.certificate(&token, &stranger).await.refusal(), expired);
}

#[tokio::test]
async fn keys_that_are_wrong_by_themselves_are_left_out_and_the_others_published() {
    let server = TestServer::new().await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    // The phone's clock is ahead and its new day has begun; another key has a risk that does not exist.
    let start = server.now().interval() + 2;
    for (rolling_start, transmission_risk) in [(start, 0), (start - 144 * 20, 0), (start - 3, 9)] {
        let key = bluezone_protocol::gaen::TemporaryExposureKey::generate(&mut server.rng());
        phone.keys.push(PublishedKey { key, rolling_start, rolling_period: 1, transmission_risk });
    }
    let code = server.new_code(CaseStatus::Confirmed).await;
    let answer = server.publish(&code, &phone).await;
    assert_eq!((answer.inserted_exposures, answer.code.as_str()), (INFECTIOUS, error_code::PARTIAL_FAILURE));
    assert_eq!(answer.warnings.len(), 3, "{:?}", answer.warnings);

    phone.keys.drain(..phone.keys.len() - 3);
    let code = server.new_code(CaseStatus::Confirmed).await;
    let certificate = server.certificate_for(&code, &phone).await;
    let refused = server.post("/v1/publish", phone.request(&certificate)).await.refusal();
    assert_eq!(refused, (400, error_code::BAD_REQUEST.to_owned()), "nothing is left");
}
